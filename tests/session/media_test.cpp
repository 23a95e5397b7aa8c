// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>

#include "dialogue.h"

namespace rtmp::test {
namespace {

const Bytes kFrame = wire("27 01 000000");
const Bytes kMetadata = wire("02 000A'onMetaData' 05");
const std::string kMetadataHex =
    "02000a6f6e4d65746144617461"
    "05";

/// What comes of these messages of a publisher, up to its end.
void expect_tags(const Script& client, Lines tags) {
  tags.push_back("end closed");
  expect_dialogue(client, {.replies = after_publish({}), .events = events_after_publish(tags)});
}

TEST(Media, BeforePublishIsDropped) {
  Script client = Script().handshake().video(1, kFrame).connect().audio(2, kFrame).data(3, kMetadata);
  client.command("createStream", 4).video(4, kFrame);
  client.command("publish", 5, {nullptr, "key", "live"}, 1).video(5, kFrame);
  expect_tags(client, {"video 5 2701000000"});
}

TEST(Media, AfterUnpublishIsDropped) {
  Script client = publishing().video(1, kFrame).command("closeStream", 0, {nullptr}, 1);
  client.video(2, kFrame).audio(3, kFrame).data(4, kMetadata);
  expect_dialogue(client, {.replies = after_publish({"onStatus 0 null NetStream.Unpublish.Success on 1"}),
                           .events = events_after_publish({"video 1 2701000000", "end unpublished"})});
}

TEST(Media, IsHandedOnInTheOrderOfItsCompletion) {
  Script client = publishing();
  client.chunk({0, 6, 40, 200, MessageType::kVideo, 1}, repeat(wire("27"), 128));
  client.audio(7, wire("AF 01 21"));
  client.chunk({3, 6}, repeat(wire("27"), 72));
  std::string video = "video 40 ";
  for (int i = 0; i < 200; ++i) video += "27";
  expect_tags(client, {"audio 7 af0121", video});
}

TEST(Media, KeepsThePublishersTimestamps) {
  // 4 hours 39 minutes need an extended timestamp; beyond 24 days FLV counts it as negative.
  Script client = publishing();
  Lines tags;
  for (const std::uint32_t time :
       {5u, 0u, 0xFFFFFEu, 0xFFFFFFu, 0x1000000u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
    client.video(time, kFrame);
    tags.push_back("video " + std::to_string(time) + " 2701000000");
  }
  expect_tags(client, tags);
}

TEST(Media, MayComeOnAnyMessageStream) {
  Script client = publishing();
  for (const std::uint32_t stream : {0u, 1u, 5u}) client.message(MessageType::kVideo, kFrame, stream, 40);
  expect_tags(client, {"video 40 2701000000", "video 40 2701000000", "video 40 2701000000"});
}

TEST(Media, LeavesOutVideoAndAudioWithNothingBehindTheirFirstByte) {
  Script client = publishing().video(1, {}).audio(2, {}).video(3, wire("17")).audio(3, wire("AF"));
  expect_tags(client.video(4, kFrame), {"audio 2 ", "video 4 2701000000"});
}

TEST(Data, LosesItsPrefix) {
  expect_tags(publishing().data(0, join({wire("02 000D'@setDataFrame'"), kMetadata})),
              {"script 0 " + kMetadataHex});
  expect_tags(publishing().data(0, kMetadata), {"script 0 " + kMetadataHex});
  // An encoder in the field: two numbers first.
  const Bytes numbers = repeat(wire("00 0000000000000000"), 2);
  expect_tags(publishing().data(0, join({numbers, wire("02 000D'@setDataFrame'"), kMetadata})),
              {"script 0 " + kMetadataHex});
}

TEST(Data, OfType15HasAFormatByteInFront) {
  for (const Bytes& prefix : {wire("00"), wire(""), wire("00 02 000D'@setDataFrame'")}) {
    expect_tags(publishing().message(MessageType::kDataAmf3, join({prefix, kMetadata}), 1),
                {"script 0 " + kMetadataHex});
  }
}

TEST(Data, ThatIsNoneOfTheStreamIsLeftOut) {
  for (const Bytes& junk :
       {wire("02 0011'|RtmpSampleAccess' 01 01"), wire("02 000F'@clearDataFrame' 02 000A'onMetaData'"),
        wire("00 00 00 01"), wire(""), wire("05"), wire("02 FFFF'cut'")}) {
    expect_tags(publishing().data(0, junk).video(40, kFrame), {"video 40 2701000000"});
  }
}

TEST(Data, OfAnyOtherNameIsHandedOn) {
  expect_tags(publishing().data(9, wire("02 000A'onTextData' 05")), {"script 9 02000a6f6e5465787444617461"
                                                                     "05"});
}

TEST(Aggregate, IsTakenApart) {
  // tt llllll ssssss SS iiiiii body pppppppp      audio at 1000, video at 1023, script at 1040
  const Bytes body = wire(
      "08 000003 0003E8 00 000000 AF0121 0000000E"
      "09 000005 0003FF 00 000000 2701000000 00000010"
      "12 00000E 000410 00 000000 02 000A'onMetaData' 05 00000019");
  expect_tags(publishing().message(MessageType::kAggregate, body, 1, 5000),
              {"audio 5000 af0121", "video 5023 2701000000", "script 5040 " + kMetadataHex});
}

TEST(Aggregate, GivesWhatIsCompleteInIt) {
  const Bytes body = wire(
      "08 000003 000000 00 000000 AF0121 0000000E"
      "16 000003 000000 00 000000 AF0121 0000000E"  // an aggregate in it
      "09 000006 000000 00 000000 2701000000");     // a byte too few
  expect_tags(publishing().message(MessageType::kAggregate, body, 1, 7).video(40, kFrame),
              {"audio 7 af0121", "video 40 2701000000"});
}

TEST(Media, IsNeverHandedOnInPart) {
  // Every way to be cut off: in basic header, message header, extended timestamp, payload, between chunks.
  Script client = publishing();
  const std::size_t start = client.size();
  std::vector<std::size_t> complete;
  const auto sends = [&](Script& sent) { complete.push_back(sent.size()); };
  sends(client.video(40, kFrame));
  sends(client.video(0x1000000, repeat(wire("27"), 300)));
  sends(client.chunk({0, 400, 60, 5, MessageType::kVideo, 1}, kFrame));
  sends(client.audio(80, {}));
  const Outcome whole = run_session(client.bytes());
  ASSERT_EQ(whole.events.size(), 2 + complete.size() + 1);

  for (std::size_t size = start; size <= client.size(); ++size) {
    SCOPED_TRACE(std::to_string(size - start) + " bytes behind publish");
    const auto tags = std::ranges::count_if(complete, [&](std::size_t end) { return end <= size; });
    Lines events = describe(whole.events);
    events.resize(static_cast<std::size_t>(2 + tags));
    events.push_back("end closed");
    for (const SplitPoints& splits : {SplitPoints{}, split_every(1, size)}) {
      const Outcome outcome = run_session(cut(client.bytes(), size), splits);
      EXPECT_EQ(describe(outcome.events), events);
      EXPECT_EQ(outcome.end.code, ErrorCode::kEndOfStream);
    }
  }
}

}  // namespace
}  // namespace rtmp::test
