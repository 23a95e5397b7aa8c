// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <limits>

#include "dialogue.h"
#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// What a connected client gets for this one command.
void expect_answer(const std::string& name, double transaction, const Lines& answer) {
  SCOPED_TRACE(name);
  expect_dialogue(connected().command(name, transaction, {nullptr, "key"}),
                  {.replies = after_connect(answer), .events = {"application live"}});
}

TEST(Command, IsAnsweredUnderItsOwnTransactionId) {
  expect_answer("releaseStream", 2, {"_result 2 null undefined"});
  expect_answer("releaseStream", 41, {"_result 41 null undefined"});
  expect_answer("createStream", 2, {"_result 2 null 1"});  // rtmp2sink
  expect_answer("createStream", 4, {"_result 4 null 1"});  // FFmpeg, librtmp
  expect_answer("createStream", 1e300, {"_result 1e+300 null 1"});
  expect_answer("getStreamLength", 3, {"_result 3 null 0"});
  expect_answer("_checkbw", 5, {"_result 5 null 0"});
}

TEST(Command, ThatNobodyKnowsIsAnsweredIfItWantsAnAnswer) {
  expect_answer("setPeerInfo", 9, {"_result 9 null undefined"});
  expect_answer("", 9, {"_result 9 null undefined"});
  expect_answer("CONNECT", 9, {"_result 9 null undefined"});
  expect_answer(std::string(300, 'x'), 9, {"_result 9 null undefined"});
}

TEST(Command, WithoutATransactionIsNotAnswered) {
  for (const double none : {0.0, -1.0, kNan, -1e300}) {
    for (const char* name : {"releaseStream", "_checkbw", "getStreamLength", "nobody's", "FCUnpublish"})
      expect_answer(name, none, {});
  }
}

TEST(Command, CreateStreamIsAnsweredWhateverItsTransaction) {
  expect_answer("createStream", 0, {"_result 0 null 1"});
  expect_answer("createStream", -1, {"_result -1 null 1"});
  expect_answer("createStream", kNan, {"_result nan null 1"});
}

TEST(Command, FcPublishIsAnsweredTwice) {
  // Appliances wait for the one or the other.
  expect_answer("FCPublish", 3, {"_result 3 null undefined", "onFCPublish 0 null NetStream.Publish.Start"});
  expect_answer("FCPublish", 0, {"onFCPublish 0 null NetStream.Publish.Start"});
}

TEST(Command, ThatIsAnAnswerItselfIsPassedOver) {
  for (const char* name : {"_result", "_error"}) expect_answer(name, 5, {});
}

TEST(Command, CreateStreamCountsFromOne) {
  Script client = connected();
  client.command("createStream", 2).wait_for("_result 2 null 1");
  client.command("createStream", 3).wait_for("_result 3 null 2");
  client.command("createStream", 3).wait_for("_result 3 null 3");
  expect_dialogue(client,
                  {.replies = after_connect({"_result 2 null 1", "_result 3 null 2", "_result 3 null 3"}),
                   .events = {"application live"}});
}

TEST(Command, CreateStreamHasALimit) {
  Script client = connected();
  Lines answers;
  for (std::size_t i = 1; i <= limits::kMaxMessageStreams; ++i) {
    client.command("createStream", 2);
    answers.push_back("_result 2 null " + std::to_string(i));
  }
  expect_dialogue(client, {.replies = after_connect(answers), .events = {"application live"}});
  expect_dialogue(
      client.command("createStream", 2),
      {.replies = after_connect(answers), .events = {"application live"}, .end = ErrorCode::kLimitExceeded});
}

TEST(Command, MayComeOnAnyChunkAndMessageStream) {
  Script client = Script().handshake();
  std::uint32_t chunk_stream = 2;
  for (const Bytes& body :
       {command_body("connect", 1, {amf_object({{"app", "live"}})}),
        command_body("createStream", 2, {nullptr}), command_body("releaseStream", 3, {nullptr, "key"})}) {
    client.chunk({0, chunk_stream, 1234, body.size(), MessageType::kCommand, 0xABCDEF}, body);
    chunk_stream = chunk_stream * 40 + 1;  // 2, 81, 3241: in one, two and three bytes
  }
  expect_dialogue(client, {.replies = after_connect({"_result 2 null 1", "_result 3 null undefined"}),
                           .events = {"application live"}});
}

TEST(Command, NeedsNoCommandObject) {
  // 02 000C'createStream'                   not even a transaction
  expect_dialogue(connected().message(MessageType::kCommand, wire("02 000C'createStream'")),
                  {.replies = after_connect({"_result 0 null 1"}), .events = {"application live"}});
  expect_dialogue(connected().command("createStream", 2, {}),
                  {.replies = after_connect({"_result 2 null 1"}), .events = {"application live"}});
}

TEST(Command, OfType17HasAFormatByteInFront) {
  const Bytes body = command_body("createStream", 2, {nullptr});
  Script client = connected();
  client.message(MessageType::kCommandAmf3, join({wire("00"), body})).wait_for("_result 2 null 1");
  client.message(MessageType::kCommandAmf3, body).wait_for("_result 2 null 2");  // not everybody writes it
  expect_dialogue(client, {.replies = after_connect({"_result 2 null 1", "_result 2 null 2"}),
                           .events = {"application live"}});
}

TEST(Command, WithoutBytesIsPassedOver) {
  Script client = connected().message(MessageType::kCommand, {}).command("createStream", 2);
  expect_dialogue(client, {.replies = after_connect({"_result 2 null 1"}), .events = {"application live"}});
}

TEST(Command, WithoutANameEndsTheSession) {
  for (const Bytes& body : {wire("00 3FF0000000000000"), wire("05"), wire("02 00FF'short'"), wire("FF"),
                            wire("02 00"), wire("03 000009 02 0004'name'")}) {
    expect_dialogue(
        connected().message(MessageType::kCommand, body).command("createStream", 2),
        {.replies = after_connect({}), .events = {"application live"}, .end = ErrorCode::kBadAmf});
  }
}

TEST(Command, LosesTheArgumentsThatCannotBe) {
  const struct {
    const char* what;
    Bytes arguments;
  } cases[] = {
      {"a string beyond the end", wire("02 FFFF'key'")},
      {"a long string beyond the end", wire("0C FFFFFFFF'key'")},
      {"an array of 4294967295 values in 3 bytes", wire("0A FFFFFFFF 050505")},
      {"an object in objects, 10000 deep", repeat(wire("03 0001'a'"), 10000)},
      {"an array in arrays, 10000 deep", repeat(wire("0A 00000001"), 10000)},
      {"a marker that there is not", wire("E0")},
      {"80000 properties", join({wire("03"), repeat(wire("0000 05"), 80000)})},
      {"an AMF3 value that is cut short", wire("11 0A")},
  };
  for (const auto& [what, arguments] : cases) {
    SCOPED_TRACE(what);
    const Bytes body = join({command_body("publish", 2, {}), arguments, wire("02 0003'key'")});
    Script client = connected().chunk_size(0xFFFFFF).message(MessageType::kCommand, body, 1);
    expect_dialogue(
        client, {.replies = after_connect({"stream begin 1", "onStatus 0 null NetStream.Publish.Start on 1"}),
                 .events = {"application live", "publish live ", "end closed"}});
  }
}

}  // namespace
}  // namespace rtmp::test
