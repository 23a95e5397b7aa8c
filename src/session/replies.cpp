// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replies.h"

#include <utility>

#include "amf0_writer.h"

namespace rtmp {
namespace {

// An object and never an ECMA array, for which FFmpeg waits for ever. Level must come first for Wirecast.
AmfValue info(StatusLevel level, std::string_view code, std::string_view description) {
  return AmfValue::object({
      {"level", AmfValue::string(level == StatusLevel::kStatus ? "status" : "error")},
      {"code", AmfValue::string(std::string(code))},
      {"description", AmfValue::string(std::string(description))},
  });
}

// What the answer to a client of Enhanced RTMP v2 adds: every codec is passed on as it is.
//
//   00 12 "videoFourCcInfoMap"  03  00 01 "*"  00 4010000000000000  00 00 09      4: forwards
//   00 12 "audioFourCcInfoMap"  03  00 01 "*"  00 4010000000000000  00 00 09
//   00 06 "capsEx"  00 402E000000000000                                           15
void add_enhanced(std::vector<AmfValue::Property>& information) {
  constexpr int kForwards = 4;
  constexpr int kReconnect = 1;  // Session::say_goodbye() asks for it
  constexpr int kMultitrack = 2;
  constexpr int kModEx = 4;
  constexpr int kNanoOffset = 8;
  const AmfValue any_codec = AmfValue::object({{"*", AmfValue::number(kForwards)}});
  information.emplace_back("videoFourCcInfoMap", any_codec);
  information.emplace_back("audioFourCcInfoMap", any_codec);
  information.emplace_back("capsEx", AmfValue::number(kReconnect | kMultitrack | kModEx | kNanoOffset));
}

}  // namespace

ReplyBody connect_result(double transaction, bool enhanced) {
  AmfValue properties = AmfValue::object({
      {"fmsVer", AmfValue::string("FMS/3,0,1,123")},
      {"capabilities", AmfValue::number(31)},
  });
  std::vector<AmfValue::Property> information = {
      {"level", AmfValue::string("status")},
      {"code", AmfValue::string("NetConnection.Connect.Success")},
      {"description", AmfValue::string("Connection succeeded.")},
      // 0 asks encoders of the time of Flash, which offer 3, to speak AMF0.
      {"objectEncoding", AmfValue::number(0)},
  };
  if (enhanced) add_enhanced(information);
  return AmfWriter()
      .string("_result")
      .number(transaction)
      .write(properties)
      .write(AmfValue::object(std::move(information)))
      .take();
}

ReplyBody connect_error(double transaction, std::string_view code, std::string_view description) {
  // Without the null, FFmpeg does not find the description, and waits.
  return AmfWriter()
      .string("_error")
      .number(transaction)
      .null()
      .write(info(StatusLevel::kError, code, description))
      .take();
}

ReplyBody create_stream_result(double transaction, std::uint32_t stream_id) {
  return number_result(transaction, stream_id);
}

ReplyBody empty_result(double transaction) {
  return AmfWriter().string("_result").number(transaction).null().undefined().take();
}

ReplyBody number_result(double transaction, double value) {
  return AmfWriter().string("_result").number(transaction).null().number(value).take();
}

ReplyBody on_status(StatusLevel level, std::string_view code, std::string_view description) {
  return AmfWriter().string("onStatus").number(0).null().write(info(level, code, description)).take();
}

ReplyBody reconnect_request(std::string_view description, std::string_view tc_url) {
  std::vector<AmfValue::Property> information = {
      {"level", AmfValue::string("status")},
      {"code", AmfValue::string("NetConnection.Connect.ReconnectRequest")},
      {"description", AmfValue::string(std::string(description))},
  };
  if (!tc_url.empty()) information.emplace_back("tcUrl", AmfValue::string(std::string(tc_url)));
  return AmfWriter()
      .string("onStatus")
      .number(0)
      .null()
      .write(AmfValue::object(std::move(information)))
      .take();
}

ReplyBody on_fc_publish(std::string_view description) {
  return AmfWriter()
      .string("onFCPublish")
      .number(0)
      .null()
      .write(info(StatusLevel::kStatus, "NetStream.Publish.Start", description))
      .take();
}

}  // namespace rtmp
