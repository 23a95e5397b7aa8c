// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <limits>

#include "dialogue.h"

namespace rtmp::test {
namespace {

const std::string kUnpublished = "onStatus 0 null NetStream.Unpublish.Success on 1";

const Bytes kFrame = wire("27 01 000000");
const Bytes kAudioFrame = wire("AF 01 21");
const Bytes kEndOfAvc = wire("17 02 000000");
const Bytes kEndOfAv1 = wire("A2 'av01'");          // OBS
const Bytes kEndOfTrack = wire("A6 02 'avc1' 01");  // OBS: multitrack, one track, track 1

TEST(Unpublish, IsSaidInManyWays) {
  const struct {
    const char* how;
    Script client;
    Lines answer;
  } cases[] = {
      {"FCUnpublish of FFmpeg",
       publishing().command("FCUnpublish", 6, {nullptr, "key"}),
       {"_result 6 null undefined", kUnpublished}},
      {"FCUnpublish of rtmp2sink", publishing().command("FCUnpublish", 0, {nullptr, "key"}), {kUnpublished}},
      {"closeStream on its stream", publishing().command("closeStream", 0, {nullptr}, 1), {kUnpublished}},
      {"closeStream on stream 0",
       publishing().command("closeStream", 7, {nullptr}),
       {"_result 7 null undefined", kUnpublished}},
      {"deleteStream of its number",
       publishing().command("deleteStream", 7, {nullptr, 1}),
       {"_result 7 null undefined", kUnpublished}},
      {"deleteStream of rtmp2sink",
       publishing().command("deleteStream", 0, {nullptr, "key"}),
       {kUnpublished}},
      {"deleteStream of nothing", publishing().command("deleteStream", 0, {nullptr}), {kUnpublished}},
      {"deleteStream without arguments", publishing().command("deleteStream", 0, {}), {kUnpublished}},
  };
  for (const auto& [how, client, answer] : cases) {
    SCOPED_TRACE(how);
    expect_dialogue(client,
                    {.replies = after_publish(answer), .events = events_after_publish({"end unpublished"})});
  }
}

TEST(Unpublish, SaidThreeTimesEndsOnce) {
  Script client = publishing().video(40, kFrame).command("FCUnpublish", 6, {nullptr, "key"});
  client.wait_for(kUnpublished).command("closeStream", 0, {nullptr}, 1);
  client.command("deleteStream", 8, {nullptr, 1}).wait_for("_result 8 null undefined");
  // HaishinKit waits for its answer to closeStream, whatever was said before.
  expect_dialogue(client, {.replies = after_publish({"_result 6 null undefined", kUnpublished, kUnpublished,
                                                     "_result 8 null undefined"}),
                           .events = events_after_publish({"video 40 2701000000", "end unpublished"})});
}

TEST(Unpublish, OfAnotherStreamEndsNothing) {
  Script client = publishing().command("createStream", 6);
  client.command("deleteStream", 7, {nullptr, 2}).video(40, kFrame);
  expect_dialogue(client, {.replies = after_publish({"_result 6 null 2", "_result 7 null undefined"}),
                           .events = events_after_publish({"video 40 2701000000", "end closed"})});
}

TEST(Unpublish, OfAnotherStreamIsAnsweredOnThatOne) {
  Script client = publishing().command("closeStream", 0, {nullptr}, 2).video(40, kFrame);
  expect_dialogue(client, {.replies = after_publish({"onStatus 0 null NetStream.Unpublish.Success on 2"}),
                           .events = events_after_publish({"video 40 2701000000", "end closed"})});
}

TEST(Unpublish, OfWhatWasNeverPublishedEndsNothing) {
  Script client = connected().command("FCUnpublish", 2, {nullptr, "key"});
  client.command("deleteStream", 3, {nullptr, 1}).command("closeStream", 4, {nullptr}, 3);
  expect_dialogue(client, {.replies = after_connect({"_result 2 null undefined", "_result 3 null undefined",
                                                     "_result 4 null undefined",
                                                     "onStatus 0 null NetStream.Unpublish.Success on 3"}),
                           .events = {"application live"}});
}

TEST(Unpublish, BeforeConnectEndsNothing) {
  Script client = Script().handshake().command("deleteStream", 0, {nullptr, 1}).connect();
  expect_dialogue(client, {.replies = after_connect({}), .events = {"application live"}});
}

TEST(End, HasTheReasonThatTheConnectionEndedWith) {
  const struct {
    ErrorCode code;
    std::string event;
    Lines told{};
  } cases[] = {
      {ErrorCode::kEndOfStream, "end closed"},
      {ErrorCode::kReset, "end reset"},
      {ErrorCode::kIo, "end reset"},
      {ErrorCode::kTimedOut, "end timed out"},
      {ErrorCode::kCancelled, "end stopped", {"onStatus 0 null NetConnection.Connect.AppShutdown on 1"}},
      {ErrorCode::kReplaced, "end replaced", {"onStatus 0 null NetStream.Publish.BadName on 1"}},
  };
  for (const auto& [code, event, told] : cases) {
    expect_dialogue(publishing().video(40, kFrame),
                    {.replies = after_publish(told),
                     .events = events_after_publish({"video 40 2701000000", event}),
                     .end = code},
                    {.end = {code, "as the test wants it"}});
  }
}

TEST(End, AsksAClientToReconnectThatSaidThatItCan) {
  const struct {
    double capabilities;
    Lines told;
  } cases[] = {
      {1, {"onStatus 0 null NetConnection.Connect.ReconnectRequest"}},
      {7, {"onStatus 0 null NetConnection.Connect.ReconnectRequest"}},
      {2, {"onStatus 0 null NetConnection.Connect.AppShutdown on 1"}},
      {1e300, {"onStatus 0 null NetConnection.Connect.AppShutdown on 1"}},
      {-1, {"onStatus 0 null NetConnection.Connect.AppShutdown on 1"}},
      {std::numeric_limits<double>::quiet_NaN(), {"onStatus 0 null NetConnection.Connect.AppShutdown on 1"}}};
  for (const auto& [capabilities, told] : cases) {
    SCOPED_TRACE(capabilities);
    Script client =
        Script().handshake().command("connect", 1, {amf_object({{"app", "live"}, {"capsEx", capabilities}})});
    expect_dialogue(client.publish(),
                    {.replies = after_publish(told),
                     .events = events_after_publish({"end stopped"}),
                     .end = ErrorCode::kCancelled},
                    {.end = {ErrorCode::kCancelled, "as the test wants it"}});
  }
}

TEST(End, IsNotToldToAClientThatDoesNotPublish) {
  for (const ErrorCode code : {ErrorCode::kCancelled, ErrorCode::kReplaced}) {
    expect_dialogue(connected(), {.replies = after_connect({}), .events = {"application live"}, .end = code},
                    {.end = {code, "as the test wants it"}});
  }
}

TEST(EndOfSequence, IsNotToldWhereAnotherGoesOnWithTheStream) {
  expect_dialogue(publishing().video(40, kEndOfAvc),
                  {.replies = after_publish({"onStatus 0 null NetStream.Publish.BadName on 1"}),
                   .events = events_after_publish({"end replaced"}),
                   .end = ErrorCode::kReplaced},
                  {.end = {ErrorCode::kReplaced, "as the test wants it"}});
}

TEST(End, IsAProtocolErrorAfterWhatCannotBe) {
  const struct {
    const char* what;
    Script client;
    ErrorCode code;
  } cases[] = {
      {"a second connect", publishing().command("connect", 8, {amf_object({{"app", "live"}})}),
       ErrorCode::kBadCommand},
      {"a command without a name", publishing().message(MessageType::kCommand, wire("05")),
       ErrorCode::kBadAmf},
      {"a chunk size of 0", publishing().message(MessageType::kSetChunkSize, wire("00000000")),
       ErrorCode::kBadMessage},
      {"a type 3 chunk without a message", publishing().raw(wire("DF 00")), ErrorCode::kBadChunk},
      {"a ping request of 65 bytes",
       publishing().chunk({0, 2, 0, 65, MessageType::kUserControl, 0}, wire("0006")),
       ErrorCode::kLimitExceeded},
  };
  for (const auto& [what, client, code] : cases) {
    SCOPED_TRACE(what);
    // What follows is not looked at any more.
    expect_dialogue(
        Script(client).video(40, kFrame),
        {.replies = after_publish({}), .events = events_after_publish({"end protocol error"}), .end = code});
  }
}

TEST(End, ComesOnceWhereverAWriteFails) {
  Script client = connected().publish().command("_checkbw", 6).command("deleteStream", 7, {nullptr, 1});
  const std::size_t size = client.size();
  // The handshake's, and connect's two; createStream's; publish's two; _checkbw's; deleteStream's two.
  for (std::size_t writes = 0; writes < 9; ++writes) {
    SCOPED_TRACE(std::to_string(writes) + " writes succeed");
    Lines events;
    if (writes >= 2) events = {"application live"};
    if (writes >= 4) events = events_after_publish({writes < 7 ? "end reset" : "end unpublished"});
    const Outcome outcome = run_session(client.bytes(), split_every(1, size), {.writes = writes});
    EXPECT_EQ(describe(outcome.events), events);
    EXPECT_EQ(outcome.end.code, ErrorCode::kReset);
  }
  EXPECT_EQ(run_session(client.bytes(), {}, {.writes = 9}).end.code, ErrorCode::kEndOfStream);
}

TEST(End, IsToldToNobodyWhoHeardNoBeginning) {
  for (const ErrorCode code : {ErrorCode::kEndOfStream, ErrorCode::kReset, ErrorCode::kTimedOut}) {
    for (const Script& client :
         {Script(), Script().handshake(), connected(), connected().command("createStream", 2)}) {
      const Outcome outcome = run_session(client.bytes(), {}, {.end = {code, "as the test wants it"}});
      EXPECT_EQ(outcome.end.code, code);
      for (const Event& event : outcome.events) EXPECT_EQ(event.what, "application live");
    }
  }
}

TEST(EndOfSequence, IsHeldBackUntilTheEnd) {
  // The order of FFmpeg, whose audio outlasts its video; then of OBS, with its AV1 tag at time 0.
  Script client = publishing().video(40, kEndOfAvc).audio(43, kAudioFrame).video(0, kEndOfAv1);
  client.video(80, kFrame).video(81, kEndOfTrack).audio(90, kAudioFrame);
  const Lines media = {"audio 43 af0121",     "video 80 2701000000", "audio 90 af0121",
                       "video 40 1702000000", "video 0 a261763031",  "video 81 a6026176633101"};
  const auto ending_with = [&](const std::string& end) {
    Lines events = media;
    events.push_back(end);
    return events_after_publish(events);
  };

  expect_dialogue(client, {.replies = after_publish({}), .events = ending_with("end closed")});
  expect_dialogue(
      client, {.replies = after_publish({}), .events = ending_with("end reset"), .end = ErrorCode::kReset},
      {.end = {ErrorCode::kReset, "broken"}});
  client.command("FCUnpublish", 0, {nullptr, "key"}).audio(99, kAudioFrame);
  expect_dialogue(client,
                  {.replies = after_publish({kUnpublished}), .events = ending_with("end unpublished")});
}

TEST(EndOfSequence, StaysWithItsOwnStream) {
  Script client = publishing().video(40, kEndOfAvc).command("closeStream", 0, {nullptr}, 1);
  client.command("publish", 0, {nullptr, "key", "live"}, 1).video(0, kFrame);
  expect_dialogue(
      client, {.replies = after_publish(
                   {kUnpublished, "stream begin 1", "onStatus 0 null NetStream.Publish.Start on 1"}),
               .events = events_after_publish({"video 40 1702000000", "end unpublished", "publish live key",
                                               "video 0 2701000000", "end closed"})});
}

}  // namespace
}  // namespace rtmp::test
