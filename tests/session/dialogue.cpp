// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dialogue.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rtmp::test {
namespace {

Lines join_lines(Lines first, const Lines& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

void check_command(const Reply& reply) {
  const auto values = reply.values();
  ASSERT_GE(values.size(), 2u);
  EXPECT_TRUE(values[1].is(AmfValue::Type::kNumber));
  // FFmpeg looks for the description behind a null, and waits for ever if there is none.
  if (values[0].as_string() == "_error") {
    ASSERT_EQ(values.size(), 4u);
    EXPECT_TRUE(values[2].is(AmfValue::Type::kNull));
    EXPECT_TRUE(values[3].find("description"));
  }
  for (const AmfValue& value : values) {
    if (!value.find("code")) continue;
    // Wirecast needs level first; FFmpeg's buffer for the description has 256 bytes.
    EXPECT_EQ(value.properties()[0].first, "level");
    EXPECT_EQ(value.properties()[1].first, "code");
    ASSERT_TRUE(value.find("description"));
    EXPECT_FALSE(value.find("description")->as_string().empty());
    EXPECT_LE(value.find("description")->as_string().size(), 255u);
  }
  // Behind the null of an onStatus or the like: 03, an object. FFmpeg hangs on 08, an ECMA array.
  const Bytes level = wire("0005'level'");
  const auto at = std::search(reply.body.begin(), reply.body.end(), level.begin(), level.end());
  if (at == reply.body.end()) return;
  ASSERT_NE(at, reply.body.begin());
  EXPECT_EQ(at[-1], 0x03);
}

void check_waits(const Script& script, const Outcome& outcome) {
  for (const auto& [offset, awaited] : script.waits()) {
    const bool got =
        std::ranges::any_of(outcome.replies, [&, sent = offset, &what = awaited](const Reply& reply) {
          return reply.after <= sent && describe(reply) == what;
        });
    EXPECT_TRUE(got) << "the client has sent " << offset << " bytes and waits in vain for '" << awaited
                     << "'";
  }
}

}  // namespace

// OBS reads a reply of several chunks wrongly before Set Chunk Size, and no Set Chunk Size once it streams.
void check_replies(const Outcome& outcome) {
  EXPECT_EQ(outcome.undecodable, "");
  bool connected = false;
  for (const Reply& reply : outcome.replies) {
    SCOPED_TRACE("reply '" + describe(reply) + "'");
    EXPECT_EQ(reply.chunks, 1u);
    if (reply.type == MessageType::kSetChunkSize) {
      EXPECT_FALSE(connected) << "Set Chunk Size behind a command";
    }
    if (reply.type != MessageType::kCommand) continue;
    connected = true;
    check_command(reply);
  }
}

void for_each_delivery(const Script& script, const Surroundings& surroundings,
                       const std::function<void(const Outcome&)>& check) {
  SplitPoints turns;
  for (const auto& wait : script.waits()) turns.push_back(wait.offset);
  {
    SCOPED_TRACE("a client that waits for its answers");
    const Outcome outcome = run_session(script.bytes(), turns, surroundings);
    check_replies(outcome);
    check_waits(script, outcome);
    check(outcome);
  }
  {
    SCOPED_TRACE("a client that sends everything at once");
    const Outcome outcome = run_session(script.bytes(), {}, surroundings);
    check_replies(outcome);
    check(outcome);
  }
  {
    SCOPED_TRACE("a client that sends byte by byte");
    const Outcome outcome = run_session(script.bytes(), split_every(1, script.size()), surroundings);
    check_replies(outcome);
    check_waits(script, outcome);
    check(outcome);
  }
}

void expect_dialogue(const Script& script, const Expected& expected, const Surroundings& surroundings) {
  for_each_delivery(script, surroundings, [&](const Outcome& outcome) {
    EXPECT_EQ(describe(outcome.replies), expected.replies);
    EXPECT_EQ(describe(outcome.events), expected.events);
    EXPECT_EQ(outcome.end.code, expected.end) << outcome.end.detail;
  });
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Script connected() { return Script().handshake().connect(); }

Script publishing() { return connected().publish(); }

Lines after_connect(const Lines& rest, const std::string& transaction) {
  return join_lines({"window 2500000", "bandwidth 2500000 limit 2", "chunk size 65536",
                     "_result " + transaction + " object NetConnection.Connect.Success"},
                    rest);
}

Lines after_publish(const Lines& rest) {
  return after_connect(join_lines(
      {"_result 4 null 1", "stream begin 1", "onStatus 0 null NetStream.Publish.Start on 1"}, rest));
}

Lines events_after_publish(const Lines& rest) {
  return join_lines({"application live", "publish live key"}, rest);
}

}  // namespace rtmp::test
