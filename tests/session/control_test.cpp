// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>

#include "dialogue.h"
#include "endian.h"

namespace rtmp::test {
namespace {

TEST(Ping, IsAnsweredWithItsValue) {
  // 0006 01020304
  Script client = connected().message(MessageType::kUserControl, wire("0006 01020304"));
  client.wait_for("pong 16909060").publish();
  client.message(MessageType::kUserControl, wire("0006 FFFFFFFF")).wait_for("pong 4294967295");
  expect_dialogue(
      client, {.replies = after_connect({"pong 16909060", "_result 4 null 1", "stream begin 1",
                                         "onStatus 0 null NetStream.Publish.Start on 1", "pong 4294967295"}),
               .events = events_after_publish({"end closed"})});
}

TEST(Ping, IsAnsweredOnChunkStream2) {
  const Script client = connected().message(MessageType::kUserControl, wire("0006 01020304"));
  for_each_delivery(client, {}, [](const Outcome& outcome) {
    ASSERT_EQ(outcome.replies.size(), 5u);
    EXPECT_EQ(outcome.replies[4].body, wire("0007 01020304"));
    EXPECT_EQ(outcome.replies[4].chunk_stream, 2u);
    EXPECT_EQ(outcome.replies[4].stream, 0u);
  });
}

TEST(Ping, MayBeTheFirstOnItsChunkStreamWithAType1Header) {
  Script client = connected();  // connect has used chunk stream 3 alone
  client.chunk({1, 2, 0, 6, MessageType::kUserControl}, wire("0006 00000005")).wait_for("pong 5");
  expect_dialogue(client, {.replies = after_connect({"pong 5"}), .events = {"application live"}});
}

TEST(Control, ThatAsksForNothingIsPassedOver) {
  const struct {
    MessageType type;
    Bytes body;
  } cases[] = {
      {MessageType::kUserControl, wire("0000 00000001")},           // Stream Begin
      {MessageType::kUserControl, wire("0003 00000001 00000BB8")},  // SetBufferLength
      {MessageType::kUserControl, wire("0007 01020304")},           // an answer to a ping that nobody sent
      {MessageType::kUserControl, wire("001F 00000001")},           // buffer empty
      {MessageType::kUserControl, wire("1234 00000001")},
      {MessageType::kUserControl, wire("0006 010203")},  // a ping request that is cut short
      {MessageType::kUserControl, wire("00")},
      {MessageType::kUserControl, {}},
      {MessageType::kSetPeerBandwidth, wire("00100000")},  // without its limit type
      {MessageType::kSetPeerBandwidth, wire("00100000 02")},
      {MessageType::kAcknowledgement, {}},
      {MessageType::kAcknowledgement, wire("00000C23")},
      {MessageType::kWindowAckSize, wire("001000")},
      {MessageType::kAbort, wire("FFFFFFFF")},
      {static_cast<MessageType>(0), wire("00")},
      {static_cast<MessageType>(7), wire("0001")},
      {static_cast<MessageType>(16), wire("0002")},
      {static_cast<MessageType>(19), wire("0003")},  // shared object; HaishinKit sends one before publish
      {static_cast<MessageType>(255), wire("0004")},
  };
  Script client = connected();
  for (const auto& [type, body] : cases) client.message(type, body);
  client.publish();
  for (const auto& [type, body] : cases) client.message(type, body);
  client.video(40, wire("27 01 000000"));
  expect_dialogue(client, {.replies = after_publish({}),
                           .events = events_after_publish({"video 40 2701000000", "end closed"})});
}

/// A publisher of `bytes` in video messages that begins by asking for this window; 0: by not asking.
Script sending_media(std::uint32_t window, std::size_t bytes) {
  Script client = connected();
  if (window != 0) {
    Bytes body(4);
    store_be32(body.data(), window);
    client.message(MessageType::kWindowAckSize, body);
  }
  client.publish().chunk_size(65536);
  while (client.size() < bytes) client.video(0, Bytes(100'000, 0x27));
  return client;
}

/// The client waits for its answers, so that the session knows the window before it reads media. Then it
/// acknowledges so often that no more than `window` bytes go without, each time what was received till then,
/// and no more often than twice in a window.
void expect_acknowledged(const Script& client, SplitPoints splits, std::size_t window) {
  for (const auto& wait : client.waits()) splits.push_back(wait.offset);
  std::ranges::sort(splits);
  const Outcome outcome = run_session(client.bytes(), splits);
  EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream);
  std::size_t last = 0;
  for (const Reply& reply : outcome.replies) {
    if (reply.type != MessageType::kAcknowledgement) continue;
    ASSERT_EQ(reply.body.size(), 4u);
    EXPECT_EQ(load_be32(reply.body.data()), reply.after);
    EXPECT_LE(reply.after - last, window);
    EXPECT_GE(reply.after - last, window / 2);
    EXPECT_EQ(reply.chunk_stream, 2u);
    last = reply.after;
  }
  EXPECT_LE(client.size() - last, window);
}

TEST(Acknowledgement, KeepsToTheWindowThatTheClientAsksFor) {
  for (const std::uint32_t window : {65536u, 100'000u, 1'000'000u}) {
    const Script client = sending_media(window, 4'000'000);
    expect_acknowledged(client, {}, window);
    expect_acknowledged(client, split_every(1000, client.size()), window);
    expect_acknowledged(client, split_randomly(1, client.size()), window);
  }
}

// FFmpeg and OBS name no window. (To one that waits for it, it comes all the same: see the tests of
// AckingStream.)
TEST(Acknowledgement, IsNotSentUnaskedToAClientThatSendsOn) {
  Script window_of_zero = connected().message(MessageType::kWindowAckSize, wire("00000000"));
  window_of_zero.publish().chunk_size(65536);
  while (window_of_zero.size() < 6'000'000) window_of_zero.video(0, Bytes(100'000, 0x27));
  for (const Script& client : {sending_media(0, 6'000'000), window_of_zero}) {
    const Outcome outcome = run_session(client.bytes(), split_every(1448, client.size()));
    EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream);
    EXPECT_EQ(std::ranges::count(outcome.replies, MessageType::kAcknowledgement, &Reply::type), 0);
  }
}

TEST(Acknowledgement, HasAWindowThatIsNeitherTinyNorHuge) {
  expect_acknowledged(sending_media(1, 1'000'000), {}, 32 << 10);
  expect_acknowledged(sending_media(0xFFFFFFFF, 40'000'000), {}, 16 << 20);
}

TEST(Acknowledgement, ComesInTheMiddleOfAMessageThatIsLongerThanTheWindow) {
  Script client = connected().message(MessageType::kWindowAckSize, wire("00010000")).publish();
  client.chunk_size(0xFFFFFF).video(0, Bytes(3'000'000, 0x27));
  expect_acknowledged(client, {}, 65536);
}

TEST(Acknowledgement, ThatCannotBeWrittenLosesNothing) {
  const Script client = sending_media(65536, 1'000'000);
  const Outcome all = run_session(client.bytes());
  const auto acks = std::ranges::count(all.replies, MessageType::kAcknowledgement, &Reply::type);
  ASSERT_GE(acks, 2);
  // The handshake's, connect's two, createStream's, publish's two; then acknowledgements alone.
  const Outcome outcome = run_session(client.bytes(), {}, {.writes = 7});
  EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream);
  EXPECT_EQ(describe(outcome.events), describe(all.events));
}

TEST(Acknowledgement, IsNotSentBeforeConnect) {
  Script client = Script().handshake();
  for (int i = 0; i < 9; ++i) client.message(MessageType::kWindowAckSize, wire("00008000"));
  while (client.size() < 200'000) client.message(MessageType::kAudio, Bytes(1000, 0xAF));
  expect_dialogue(client, {.replies = {}, .events = {}});
}

}  // namespace
}  // namespace rtmp::test
