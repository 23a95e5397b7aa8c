// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/limits.h"

#include <gtest/gtest.h>

#include "dialogue.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kBeforePublish = limits::kMaxBytesBeforePublish;

/// Both at once and in small pieces: how much the session has read ahead must not matter.
ErrorCode end_of(const Script& client) {
  const ErrorCode at_once = run_session(client.bytes()).end.code;
  EXPECT_EQ(run_session(client.bytes(), split_every(100, client.size())).end.code, at_once);
  return at_once;
}

/// Messages of this type until the script has this many bytes.
Script& fill(Script& client, std::size_t size, MessageType type, const Bytes& body) {
  while (client.size() < size) client.message(type, body);
  return client;
}

TEST(Limit, OfBytesBeforePublishHoldsForEveryType) {
  const struct {
    const char* what;
    MessageType type;
    Bytes body;
  } cases[] = {
      {"media", MessageType::kVideo, Bytes(1000, 0x27)},
      {"commands", MessageType::kCommand, command_body("releaseStream", 0, {nullptr, "key"})},
      {"user control", MessageType::kUserControl, wire("0003 00000001 00000BB8")},
      {"chunk sizes", MessageType::kSetChunkSize, wire("00000080")},
      {"aborts", MessageType::kAbort, wire("00000040")},
      {"unknown", static_cast<MessageType>(99), Bytes(100, 0)},
  };
  for (const auto& [what, type, body] : cases) {
    for (const Script& begun : {Script().handshake(), connected()}) {
      SCOPED_TRACE(what);
      Script client = begun;
      EXPECT_EQ(end_of(fill(client, kBeforePublish - 2000, type, body)), ErrorCode::kEndOfStream);
      EXPECT_EQ(end_of(fill(client, kBeforePublish + 200'000, type, body)), ErrorCode::kLimitExceeded);
    }
  }
}

TEST(Limit, OfNamesHoldsForEachOfThem) {
  const std::string longest(limits::kMaxName, 'n');
  const std::string too_long = longest + "n";
  for (const char* field : {"app", "tcUrl", "flashVer"}) {
    SCOPED_TRACE(field);
    const auto connects = [&](const std::string& name) {
      return Script().handshake().command("connect", 1, {amf_object({{field, name}})});
    };
    EXPECT_EQ(end_of(connects(longest)), ErrorCode::kEndOfStream);
    EXPECT_EQ(end_of(connects(too_long)), ErrorCode::kLimitExceeded);
  }
  const auto publishes = [](const std::string& name) {
    return connected().command("publish", 2, {nullptr, name, "live"}, 1);
  };
  EXPECT_EQ(end_of(publishes(longest)), ErrorCode::kEndOfStream);
  EXPECT_EQ(end_of(publishes(too_long)), ErrorCode::kLimitExceeded);
}

TEST(Limit, OfBytesBeforePublishHoldsForMessagesThatAreNeverComplete) {
  // One chunk after the other of messages that all want one more.
  constexpr std::size_t kLength = limits::kMaxCommandMessage;
  Script client = connected().chunk_size(kLength - 1);
  for (std::uint32_t id = 10; client.size() < 2 * kBeforePublish; ++id)
    client.chunk({0, id, 0, kLength, MessageType::kCommand, 0}, Bytes(kLength - 1, 0));
  EXPECT_EQ(end_of(client), ErrorCode::kLimitExceeded);
}

TEST(Limit, OfBytesBeforePublishIsNoneForAPublisher) {
  Script client = publishing();
  fill(client, 3 * kBeforePublish, MessageType::kVideo, Bytes(1000, 0x27));
  EXPECT_EQ(end_of(client), ErrorCode::kEndOfStream);
}

TEST(Limit, OfBytesBeforePublishBeginsAnewWithEachUnpublish) {
  Script client = publishing();
  fill(client, 2 * kBeforePublish, MessageType::kVideo, Bytes(1000, 0x27));
  client.command("closeStream", 0, {nullptr}, 1);
  const std::size_t idle = client.size();
  fill(client, idle + kBeforePublish - 2000, MessageType::kVideo, Bytes(1000, 0x27));
  EXPECT_EQ(end_of(client), ErrorCode::kEndOfStream);
  fill(client, idle + kBeforePublish + 200'000, MessageType::kVideo, Bytes(1000, 0x27));
  EXPECT_EQ(end_of(client), ErrorCode::kLimitExceeded);
}

TEST(Limit, OfBytesBeforePublishLeavesTimeToPublishAgain) {
  Script client = publishing();
  for (int i = 0; i < 4; ++i) {
    fill(client, client.size() + kBeforePublish - 2000, MessageType::kVideo, Bytes(1000, 0x27));
    client.command("closeStream", 0, {nullptr}, 1);
    fill(client, client.size() + kBeforePublish - 2000, MessageType::kVideo, Bytes(1000, 0x27));
    client.command("publish", 0, {nullptr, "key", "live"}, 1);
  }
  EXPECT_EQ(end_of(client), ErrorCode::kEndOfStream);
}

/// A message of this length that only begins.
Script beginning(Script client, MessageType type, std::size_t length) {
  return client.chunk({0, 9, 0, length, type, 1}, Bytes(128, 0));
}

TEST(Limit, OfACommandHoldsAtAnyTime) {
  for (const MessageType type : {MessageType::kCommand, MessageType::kCommandAmf3}) {
    for (const Script& client : {Script().handshake(), connected(), publishing()}) {
      EXPECT_EQ(end_of(beginning(client, type, 1 << 20)), ErrorCode::kLimitExceeded);
      EXPECT_EQ(end_of(beginning(client, type, limits::kMaxCommandMessage + 1)), ErrorCode::kLimitExceeded);
      EXPECT_EQ(end_of(beginning(client, type, limits::kMaxCommandMessage)), ErrorCode::kEndOfStream);
    }
  }
}

TEST(Limit, OfAMediaMessageIsThatOfACommandUntilPublish) {
  Script unpublished = publishing().command("closeStream", 0, {nullptr}, 1);
  for (const MessageType type :
       {MessageType::kAudio, MessageType::kVideo, MessageType::kData, MessageType::kAggregate}) {
    for (const Script& client : {Script().handshake(), connected(), unpublished}) {
      EXPECT_EQ(end_of(beginning(client, type, limits::kMaxCommandMessage + 1)), ErrorCode::kLimitExceeded);
      EXPECT_EQ(end_of(beginning(client, type, limits::kMaxCommandMessage)), ErrorCode::kEndOfStream);
    }
    EXPECT_EQ(end_of(beginning(publishing(), type, 0xFFFFFF)), ErrorCode::kEndOfStream);
  }
}

TEST(Limit, OfOpenMessagesHoldsForAPublisher) {
  Script client = publishing();
  for (std::uint32_t id = 10; id < 70; ++id)
    client.chunk({0, id, 0, 0xFFFFFF, MessageType::kVideo, 1}, Bytes(128, 0x27));
  client.command("createStream", 9);  // behind them, for a session that would go on
  expect_dialogue(client, {.replies = after_publish({}),
                           .events = events_after_publish({"end protocol error"}),
                           .end = ErrorCode::kLimitExceeded});
}

TEST(Limit, OfChunkStreamsHolds) {
  // Chunk stream 3 is connect's.
  Script client = connected();
  for (std::uint32_t id = 1000; id < 1000 + limits::kMaxChunkStreams - 1; ++id)
    client.chunk({0, id, 0, 1, MessageType::kVideo, 0}, wire("27"));
  EXPECT_EQ(end_of(client), ErrorCode::kEndOfStream);
  client.chunk({0, 5000, 0, 1, MessageType::kVideo, 0}, wire("27"));
  EXPECT_EQ(end_of(client), ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace rtmp::test
