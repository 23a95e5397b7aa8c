// SPDX-License-Identifier: LGPL-2.1-or-later
#include "enums.h"

#include "rtmp/server.h"
#include "settings.h"

namespace rtmp {
namespace {

template <class Enum>
constexpr GEnumValue value(Enum number, const char* description, const char* nick) {
  return {static_cast<gint>(number), description, nick};
}
constexpr GEnumValue kEnd{0, nullptr, nullptr};

}  // namespace

GType takeover_type() {
  static const GEnumValue values[] = {
      value(Takeover::kStale, "Replace a publisher that has sent nothing for two seconds", "stale"),
      value(Takeover::kRefuse, "Never replace a publisher", "refuse"),
      value(Takeover::kReplace, "Replace the publisher in place", "replace"), kEnd};
  static const GType type = g_enum_register_static("GstRtmp2ServerSrcTakeover", values);
  return type;
}

GType timestamps_type() {
  static const GEnumValue values[] = {
      value(Timestamps::kOriginal, "As the publisher sent them", "original"),
      value(Timestamps::kCorrected, "Corrected where the publisher's clock jumps or drifts", "corrected"),
      kEnd};
  static const GType type = g_enum_register_static("GstRtmp2ServerSrcTimestamps", values);
  return type;
}

GType end_reason_type() {
  static const GEnumValue values[] = {
      value(EndReason::kUnpublished, "The publisher ended its stream", "unpublished"),
      value(EndReason::kClosed, "The publisher closed the connection", "closed"),
      value(EndReason::kReset, "The connection broke", "reset"),
      value(EndReason::kTimedOut, "The publisher sent nothing for too long", "timed-out"),
      value(EndReason::kReplaced, "Another connection took the stream over", "replaced"),
      value(EndReason::kNotTaken, "The publisher sent a codec that is not taken", "not-taken"),
      value(EndReason::kProtocolError, "The publisher sent what RTMP does not allow", "protocol-error"),
      value(EndReason::kStopped, "The element stopped", "stopped"),
      kEnd};
  static const GType type = g_enum_register_static("GstRtmp2ServerSrcEndReason", values);
  return type;
}

GType rejection_type() {
  static const GEnumValue values[] = {
      value(Rejection::kApplication, "No element takes the application", "application"),
      value(Rejection::kStreamKey, "No element takes the stream key", "stream-key"),
      value(Rejection::kCredentials, "User or password are wrong", "credentials"),
      value(Rejection::kNotAllowed, "A client-connecting handler said no", "not-allowed"),
      value(Rejection::kBusy, "Another client is publishing, or the stream has ended", "busy"),
      value(Rejection::kUnjudged, "Too many wrong secrets came from its address to look at one more",
            "unjudged"),
      kEnd};
  static const GType type = g_enum_register_static("GstRtmp2ServerSrcRejection", values);
  return type;
}

}  // namespace rtmp
