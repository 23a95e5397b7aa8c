// SPDX-License-Identifier: LGPL-2.1-or-later
// Enhanced RTMP v2 where it is taken, and where it is not.
#include <gtest/gtest.h>

#include <algorithm>

#include "dialogue.h"
#include "recording.h"

namespace rtmp::test {
namespace {

const Bytes kFrame = wire("27 01 000000");

Surroundings classic() {
  return {.publish = [](const PublishRequest&) { return PublishAnswer::kAcceptedClassic; }};
}

Script connecting() {
  return Script().handshake().command("connect", 1, {amf_object({{"app", "live"}, {"capsEx", 15}})});
}

// The description of the last reply, and its level.
std::string last_status(const Outcome& outcome) {
  const auto values = outcome.replies.back().values();
  const AmfValue* description = values.size() == 4 ? values[3].find("description") : nullptr;
  const AmfValue* level = description ? values[3].find("level") : nullptr;
  return level ? std::string(level->as_string()) + ": " + std::string(description->as_string()) : "";
}

TEST(Enhanced, IsOfferedWhereItIsTaken) {
  for (const bool enhanced : {true, false}) {
    const Surroundings surroundings{
        .connect = {.kind = ConnectAnswer::Kind::kAccepted, .enhanced = enhanced}};
    for_each_delivery(connecting(), surroundings, [&](const Outcome& outcome) {
      const auto values = outcome.replies.back().values();
      ASSERT_EQ(values.size(), 4u);
      for (const char* name : {"videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"})
        EXPECT_EQ(values[3].find(name) != nullptr, enhanced) << name;
    });
  }
}

TEST(Enhanced, WhereItIsNotTakenThePublisherIsToldTheCodecAndClosed) {
  const struct {
    MessageType type;
    const char* body;
    const char* codec;
  } cases[] = {
      {MessageType::kVideo, "90 'hvc1' 01", "hvc1 (H.265) as Enhanced RTMP"},
      {MessageType::kAudio, "91 'Opus' FC", "Opus (Opus) as Enhanced RTMP"},
      {MessageType::kVideo, "1C 01 000000 65", "H.265 as codec 12"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.body);
    Script client = publishing().video(40, kFrame).message(c.type, wire(c.body), 1, 80);
    client.wait_for("onStatus 0 null NetStream.Publish.Rejected on 1").video(120, kFrame);
    expect_dialogue(client,
                    {.replies = after_publish({"onStatus 0 null NetStream.Publish.Rejected on 1"}),
                     .events = events_after_publish({"video 40 2701000000", "end not taken"}),
                     .end = ErrorCode::kNotTaken},
                    classic());
    for_each_delivery(client, classic(), [&](const Outcome& outcome) {
      EXPECT_EQ(last_status(outcome), "error: Not taken here: " + std::string(c.codec));
    });
  }
}

TEST(Enhanced, WhereItIsNotTakenAllElseIs) {
  Script client = publishing().video(0, wire("17 00 000000 01")).audio(0, wire("AF 00 1210"));
  client.video(0, wire("90")).data(0, wire("02 000A'onMetaData' 05")).video(40, kFrame);
  expect_dialogue(client,
                  {.replies = after_publish({}),
                   .events = events_after_publish({"video 0 170000000001", "audio 0 af001210",
                                                   "script 0 02000a6f6e4d6574614461746105",
                                                   "video 40 2701000000", "end closed"})},
                  classic());
}

// FFmpeg 9 says of classic AAC with six channels, in one message with an extended header, which these are.
// Others may say what the colours of H.264 are.
TEST(Enhanced, WhereItIsNotTakenWhatOnlyDescribesATrackIsLeftOut) {
  Script client = publishing().audio(0, wire("AF 00 11B0")).audio(0, wire("94 'mp4a' 01 06 0000003F"));
  client.video(0,
               wire("94 'avc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 0008'bitDepth' 00 4024000000000000"
                    " 000009 000009"));
  client.audio(20, wire("AF 01 21")).video(40, kFrame);
  expect_dialogue(client,
                  {.replies = after_publish({}),
                   .events = events_after_publish(
                       {"audio 0 af0011b0", "audio 20 af0121", "video 40 2701000000", "end closed"})},
                  classic());
  for_each_delivery(client, classic(), [](const Outcome& outcome) {
    EXPECT_EQ(outcome.requests.at(0).counters->descriptions.get(), 2u);
  });
}

TEST(Enhanced, WhereItIsNotTakenFfmpegsClassicAacOfSixChannelsIs) {
  const auto recordings = load_recordings();
  const auto found = std::ranges::find(recordings, "ffmpeg90-h264-aac51", &Recording::name);
  ASSERT_NE(found, recordings.end());
  const Outcome outcome = run_session(found->bytes, {}, classic());
  EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream) << outcome.end.detail;
  const auto tags =
      std::ranges::count_if(outcome.events, [](const Event& event) { return event.tag.has_value(); });
  ASSERT_EQ(outcome.requests.size(), 1u);
  EXPECT_EQ(outcome.requests[0].counters->descriptions.get(), 1u);
  EXPECT_EQ(static_cast<std::size_t>(tags) + 1, found->sent.size());
}

TEST(Enhanced, WhatIsMalformedEndsNothing) {
  Script client = publishing();
  for (const char* body : {"97 FF", "96 06 'hvc1'", "96 13 'av01' 00 FFFFFF 12", "90 'av'"})
    client.video(0, wire(body));
  for (const char* body : {"97 FF", "95 05 'Opus'", "94 'Opus' 02 06 00"}) client.audio(0, wire(body));
  client.video(40, kFrame);
  for_each_delivery(client, {}, [](const Outcome& outcome) {
    EXPECT_EQ(describe(outcome.events).at(outcome.events.size() - 2), "video 40 2701000000");
    ASSERT_EQ(outcome.requests.size(), 1u);
    EXPECT_EQ(outcome.requests[0].counters->malformed.get(), 7u);
  });
}

TEST(Enhanced, AHeldEndOfSequenceIsNotSentWhereAnotherPublisherGoesOn) {
  Script client = publishing().video(40, wire("17 02 000000")).video(80, wire("90 'hvc1' 01"));
  expect_dialogue(client,
                  {.replies = after_publish({"onStatus 0 null NetStream.Publish.Rejected on 1"}),
                   .events = events_after_publish({"end not taken"}),
                   .end = ErrorCode::kNotTaken},
                  classic());
}

}  // namespace
}  // namespace rtmp::test
