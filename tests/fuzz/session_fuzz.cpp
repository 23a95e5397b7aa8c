// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: what lies around the session; how it is split; then all that the client sends behind its handshake.
#include <algorithm>
#include <string_view>

#include "amf0_reader.h"
#include "check_tag.h"
#include "input.h"
#include "require.h"
#include "rtmp/limits.h"
#include "script.h"
#include "scripted_peer.h"

namespace rtmp::fuzz {
namespace {

void check_line(std::string_view text) {
  require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }), "log lines are printable");
  require(text.size() <= 300, "log lines are short");
}

class CheckingLogger final : public Logger {
 public:
  bool enabled(LogLevel) const override { return true; }
  void log(LogLevel, std::string_view message) override { check_line(message); }
};

// .... ..aa     a: what the application answers
// .... ee..     e: how the connection ends
// wwww ....     w: after so many writes, if any, it breaks
test::Surroundings surroundings_of(std::uint8_t choice) {
  static constexpr PublishAnswer kAnswers[] = {PublishAnswer::kAccepted, PublishAnswer::kAcceptedClassic,
                                               PublishAnswer::kDenied, PublishAnswer::kBusy};
  static constexpr ErrorCode kEnds[] = {ErrorCode::kEndOfStream, ErrorCode::kReset, ErrorCode::kCancelled,
                                        ErrorCode::kReplaced};
  static CheckingLogger logger;
  const int answer = choice & 0x03;
  test::Surroundings surroundings;
  if (answer == 1) surroundings.connect.kind = ConnectAnswer::Kind::kNoApplication;
  surroundings.publish = [answer](const PublishRequest&) { return kAnswers[answer]; };
  surroundings.end.code = kEnds[choice >> 2 & 0x03];
  surroundings.logger = &logger;
  if (choice >> 4 != 0) surroundings.writes = choice >> 4;
  return surroundings;
}

void check_command(const test::Reply& reply) {
  AmfReader reader(reply.body);
  for (std::size_t i = 0; !reader.at_end(); ++i) {
    const auto value = reader.read();
    require(value.has_value(), "replies decode");
    if (i == 0) require(value->is(AmfValue::Type::kString), "a reply begins with its name");
    if (i == 1) require(value->is(AmfValue::Type::kNumber), "a transaction is a number");
    const AmfValue* description = value->find("description");
    require(!description || description->as_string().size() <= 255, "FFmpeg has room for a description");
  }
}

void check_events(const std::vector<test::Event>& events, bool accepts) {
  bool publishing = false;
  int applications = 0;
  for (const test::Event& event : events) {
    const std::string_view what = event.what;
    if (event.tag) {
      require(publishing, "tags come while it publishes");
      check_tag(*event.tag);
    } else if (what.starts_with("publish ")) {
      require(applications == 1 && !publishing, "it publishes once it is connected, one stream at a time");
      publishing = accepts;
    } else if (what.starts_with("end ")) {
      require(publishing, "a stream ends once");
      publishing = false;
    } else {
      require(++applications == 1, "it connects once");
    }
  }
  require(!publishing, "a stream ends");
}

test::Outcome run(const Delivery& delivery, const test::SplitPoints& splits, std::uint8_t choice) {
  auto outcome = test::run_session(delivery.bytes, splits, surroundings_of(choice));
  check_line(outcome.end.detail);
  require(outcome.undecodable.empty(), "replies are whole messages");
  for (const test::Reply& reply : outcome.replies) {
    require(reply.chunks == 1, "OBS wants replies in one chunk");
    if (reply.type == MessageType::kCommand) check_command(reply);
  }
  check_events(outcome.events, (choice & 0x03) <= 1);
  return outcome;
}

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmp;
  using namespace rtmp::fuzz;
  static const test::Bytes kHandshake = test::Script().handshake().bytes();
  if (size == 0) return 0;
  const Delivery delivery(data + 1, size - 1, kHandshake);
  const auto at_once = run(delivery, {}, data[0]);
  const auto in_pieces = run(delivery, delivery.splits, data[0]);
  // What is acknowledged, and when, depends on how it arrives.
  if (delivery.may_have_extended_timestamps() || delivery.bytes.size() >= limits::kMinAckWindow) return 0;
  require(describe(at_once.events) == describe(in_pieces.events), "events do not depend on how it arrives");
  require(describe(at_once.replies) == describe(in_pieces.replies), "nor do replies");
  require(at_once.end.code == in_pieces.end.code, "nor does the end");
  return 0;
}
