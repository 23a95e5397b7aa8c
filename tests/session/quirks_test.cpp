// SPDX-License-Identifier: LGPL-2.1-or-later
// What single encoders are known to do, where no other test has it. docs/client-quirks.md lists them all.
#include <gtest/gtest.h>

#include <algorithm>

#include "dialogue.h"

namespace rtmp::test {
namespace {

const Bytes kFrame = wire("27 01 000000");

/// What comes of these messages of a publisher, up to its end.
void expect_tags(const Script& client, Lines tags) {
  tags.push_back("end closed");
  expect_dialogue(client, {.replies = after_publish({}), .events = events_after_publish(tags)});
}

TEST(OddPayload, GoesThroughAsItIs) {
  const struct {
    const char* who;
    MessageType type;
    const char* body;
  } cases[] = {
      {"FFmpeg, raw AAC: a sequence header without its configuration", MessageType::kAudio, "AF 00"},
      {"FFmpeg, HEVC: empty colorInfo ahead of the first frame", MessageType::kVideo,
       "D4 'hvc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 000009 000009"},
      {"FFmpeg, surround: MultichannelConfig", MessageType::kAudio, "94 'Opus' 01 06 0000003F"},
      {"OBS, Opus by way of its profile: AAC, it says", MessageType::kAudio, "AF 00 'OpusHead' 01"},
      {"OBS, VOD track: AMF3 bytes in script data", MessageType::kData,
       "02 000F'additionalMedia' 03 0005'media' 11 0C 07 010203 0002'id' 02 0007'stream0' 000009"},
      {"eflvmux, multitrack: one track, number 0", MessageType::kVideo, "96 01 'avc1' 00 000000 00000001 65"},
      {"eflvmux, legacy mode: H.265 as codec 8", MessageType::kVideo, "18 00000001 26"},
      {"old Larix, StreamCast, IRL Pro: HEVC as codec 12", MessageType::kVideo, "1C 00 000000 01"},
      {"DJI: a NAL unit of no bytes", MessageType::kVideo, "27 01 000000 00000000 00000001 41"},
      {"an AVC frame without NAL units", MessageType::kVideo, "27 01 000000"},
      {"an AVC sequence header that is cut short", MessageType::kVideo, "17 00 00"},
      {"Dahua: metadata without its codecs", MessageType::kData,
       "02 000A'onMetaData' 08 00000001 0005'width' 00 4094000000000000 000009"},
      {"DJI FlightHub: metadata that names no track", MessageType::kData,
       "02 000A'onMetaData' 08 00000000 000009"},
  };
  for (const auto& [who, type, body] : cases) {
    SCOPED_TRACE(who);
    // Twice: DJI's Osmo repeats its sequence headers, flvmux its metadata.
    Script client = publishing().message(type, wire(body), 1, 7).message(type, wire(body), 1, 7);
    for_each_delivery(client, {}, [&, bytes = wire(body)](const Outcome& outcome) {
      ASSERT_EQ(outcome.events.size(), 5u);
      for (const std::size_t i : {2u, 3u}) {
        ASSERT_TRUE(outcome.events[i].tag);
        // tt llllll ssssss SS iiiiii  body  pppppppp
        const Bytes tag = to_bytes(outcome.events[i].tag->bytes());
        ASSERT_EQ(tag.size(), 11 + bytes.size() + 4);
        EXPECT_TRUE(std::ranges::equal(std::span(tag).subspan(11, bytes.size()), bytes));
      }
      EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream);
    });
  }
}

TEST(Metadata, MayNameATrackThatNeverComes) {
  // Streamlabs for iOS. Nothing waits for the audio.
  const Bytes metadata =
      wire("02 000A'onMetaData' 08 00000001 000C'audiocodecid' 00 4024000000000000 000009");
  for_each_delivery(publishing().data(0, metadata).video(40, kFrame), {}, [](const Outcome& outcome) {
    const Lines events = describe(outcome.events);
    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[3], "video 40 2701000000");
  });
}

TEST(Clock, MayStandStillOrGoBack) {
  // GLive's drone sends one timestamp for ever; RootEncoder's audio is ahead of its video.
  Script client = publishing().video(40, kFrame).video(40, kFrame).audio(900, wire("AF 01 21"));
  client.video(80, kFrame).audio(923, wire("AF 01 21")).video(0, kFrame);
  expect_tags(client, {"video 40 2701000000", "video 40 2701000000", "audio 900 af0121",
                       "video 80 2701000000", "audio 923 af0121", "video 0 2701000000"});
}

TEST(EndOfSequence, MayComeTwice) {
  // FFmpeg ends two H.264 tracks with the same tag, which names neither; the audio goes on behind it.
  Script client = publishing().video(4000, kFrame).video(4040, wire("17 02 000000"));
  client.video(4040, wire("17 02 000000")).audio(4050, wire("AF 01 21"));
  expect_tags(client, {"video 4000 2701000000", "audio 4050 af0121", "video 4040 1702000000",
                       "video 4040 1702000000"});
}

TEST(Control, MayComeOnTheChunkStreamsOfCommandsAndMedia) {
  // A PTZ camera: 3 to 6 in place of 2.
  Script client = connected();
  client.chunk({0, 3, 0, 4, MessageType::kWindowAckSize}, wire("00100000"));
  client.chunk({0, 4, 0, 6, MessageType::kUserControl}, wire("0006 00000005")).wait_for("pong 5");
  client.chunk({0, 5, 0, 5, MessageType::kSetPeerBandwidth}, wire("00100000 02"));
  client.chunk({0, 6, 0, 4, MessageType::kSetChunkSize}, wire("00001000"));
  const Bytes long_call = command_body("releaseStream", 2, {nullptr, std::string(1000, 'k')});
  client.chunk({0, 3, 0, long_call.size(), MessageType::kCommand}, long_call);
  client.wait_for("_result 2 null undefined");
  // Media go on where control messages were.
  client.publish().chunk({0, 6, 40, kFrame.size(), MessageType::kVideo, 1}, kFrame);
  client.chunk({0, 6, 0, 4, MessageType::kAcknowledgement}, wire("00000C23"));
  client.chunk({0, 6, 80, kFrame.size(), MessageType::kVideo, 1}, kFrame);
  expect_dialogue(
      client, {.replies = after_connect({"pong 5", "_result 2 null undefined", "_result 4 null 1",
                                         "stream begin 1", "onStatus 0 null NetStream.Publish.Start on 1"}),
               .events = events_after_publish({"video 40 2701000000", "video 80 2701000000", "end closed"})});
}

TEST(ChunkSize, MayBe128MiB) {
  // Restreamer. More than any message may have.
  Script client = connected().chunk_size(0x08000000).publish().video(40, repeat(wire("27"), 300));
  std::string tag = "video 40 ";
  for (int i = 0; i < 300; ++i) tag += "27";
  expect_tags(client, {tag});
}

TEST(ConnectObject, MayBeNoObject) {
  for (const char* object :
       {"00 4000000000000000", "0A 00000002 02 0003'app' 02 0004'live'", "02 0004'live'"}) {
    SCOPED_TRACE(object);
    const Bytes connect = join({wire("02 0007'connect' 00 3FF0000000000000"), wire(object)});
    const Script client = Script().handshake().message(MessageType::kCommand, connect).publish();
    expect_dialogue(client,
                    {.replies = after_publish({}), .events = {"application ", "publish  key", "end closed"}});
  }
}

TEST(TcUrl, SaysNothingOfTheApplication) {
  for (const char* url : {"rtmp://server.example/live/", "'rtmp://server.example/live'", "rtmp:///", ""}) {
    SCOPED_TRACE(url);  // Ubiquiti's, Neko's, and none
    Script client =
        Script().handshake().command("connect", 1, {amf_object({{"app", "live"}, {"tcUrl", url}})});
    expect_dialogue(client.publish(),
                    {.replies = after_publish({}), .events = events_after_publish({"end closed"})});
  }
}

TEST(ChunkStream33, IsOneLikeAnyOther) {
  // An Osmo Action's first. In type 2, which it was seen to begin with elsewhere, there is no length yet.
  Script client = publishing();
  client.chunk({0, 33, 40, kFrame.size(), MessageType::kVideo, 1}, kFrame);
  client.chunk({2, 33, 40}, kFrame).chunk({3, 33}, kFrame);
  expect_tags(client, {"video 40 2701000000", "video 80 2701000000", "video 120 2701000000"});

  Script headless = publishing().chunk({2, 33, 40}, kFrame);
  expect_dialogue(headless, {.replies = after_publish({}),
                             .events = events_after_publish({"end protocol error"}),
                             .end = ErrorCode::kBadChunk});
}

}  // namespace
}  // namespace rtmp::test
