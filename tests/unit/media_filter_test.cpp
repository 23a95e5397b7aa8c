// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media_filter.h"
#include "received.h"
#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

/// A MediaFilter and what it handed on: each tag's bytes, and its kind.
struct Filtered {
  std::vector<Bytes> tags;
  std::vector<TagKind> kinds;
  ConnectionCounters counters;
  MediaFilter filter{[this](Tag tag) {
                       tags.push_back(to_bytes(tag.bytes()));
                       kinds.push_back(tag.kind());
                     },
                     counters};

  std::uint64_t dropped() const {
    return counters.empty_video.get() + counters.one_byte_audio.get() + counters.not_script_data.get() +
           counters.surplus_ends.get();
  }

  void take(MessageType type, const Bytes& body, std::uint32_t timestamp = 0) {
    EXPECT_TRUE(filter.take(make_message(type, body, timestamp)));
  }
};

const Bytes kMetadata = wire("02 000A'onMetaData' 08 00000000 000009");
const Bytes kAvcEnd = wire("17 02 000000");

TEST(MediaFilter, HandsOnWhatItTakesByteForByte) {
  Filtered out;
  out.take(MessageType::kVideo, wire("17 00 000000 01"));
  out.take(MessageType::kAudio, wire("AF 00 1210"), 5);
  out.take(MessageType::kVideo, wire("17 01 000050 00"), 0x01020304);
  out.take(MessageType::kAudio, wire("AF 01 21"), 30);
  out.take(MessageType::kVideo, wire("A1 'hvc1' 000000 02"), 40);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{
                          wire("09 000006 000000 00 000000 17 00 000000 01 00000011"),
                          wire("08 000004 000005 00 000000 AF 00 1210 0000000F"),
                          wire("09 000006 020304 01 000000 17 01 000050 00 00000011"),
                          wire("08 000003 00001E 00 000000 AF 01 21 0000000E"),
                          wire("09 000009 000028 00 000000 A1 'hvc1' 000000 02 00000014"),
                      }));
  EXPECT_EQ(out.kinds,
            (std::vector<TagKind>{TagKind::kSequenceHeader, TagKind::kSequenceHeader, TagKind::kKeyFrame,
                                  TagKind::kAudioFrame, TagKind::kInterFrame}));
  EXPECT_EQ(out.dropped(), 0u);
}

TEST(MediaFilter, TakesMetadataOutOfSetDataFrame) {
  const Bytes expected = join({wire("12 000015 000007 00 000000"), kMetadata, wire("00000020")});
  Filtered out;
  out.take(MessageType::kData, join({wire("02 000D'@setDataFrame'"), kMetadata}), 7);
  out.take(MessageType::kData, kMetadata, 7);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{expected, expected}));
  EXPECT_EQ(out.kinds, (std::vector<TagKind>{TagKind::kMetadata, TagKind::kMetadata}));
}

TEST(MediaFilter, TakesDataOfType15WithAndWithoutItsFormatByte) {
  const Bytes expected = join({wire("12 000015 000007 00 000000"), kMetadata, wire("00000020")});
  const Bytes wrapped = join({wire("02 000D'@setDataFrame'"), kMetadata});
  Filtered out;
  for (const Bytes& body : {kMetadata, join({wire("00"), kMetadata}), wrapped, join({wire("00"), wrapped})})
    out.take(MessageType::kDataAmf3, body, 7);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{expected, expected, expected, expected}));
  EXPECT_EQ(out.dropped(), 0u);
}

TEST(MediaFilter, HandsOnOtherScriptData) {
  Filtered out;
  out.take(MessageType::kData, wire("02 000A'onTextData' 05"), 7);
  EXPECT_EQ(out.tags,
            (std::vector<Bytes>{wire("12 00000E 000007 00 000000 02 000A'onTextData' 05 00000019")}));
  EXPECT_EQ(out.kinds, (std::vector<TagKind>{TagKind::kOther}));
}

TEST(MediaFilter, DropsAndCountsWhatIsNoScriptData) {
  Filtered out;
  const Bytes bodies[] = {wire("00 00000028"),
                          {},
                          wire("02 0011'|RtmpSampleAccess' 01 01"),
                          wire("02 000D'@setDataFrame' 02 0011'|RtmpSampleAccess' 01 01"),
                          wire("02 000F'@clearDataFrame' 02 000A'onMetaData'")};
  for (const Bytes& body : bodies) {
    out.take(MessageType::kData, body);
    out.take(MessageType::kDataAmf3, body);
  }
  out.take(MessageType::kDataAmf3, wire("00"));
  out.take(MessageType::kData, join({wire("00"), kMetadata}));  // the format byte of type 15
  EXPECT_TRUE(out.tags.empty());
  EXPECT_EQ(out.dropped(), 2 * std::size(bodies) + 2);
}

TEST(MediaFilter, DropsAnExtendedHeaderThatTellsOfNoTrack) {
  Filtered out;
  for (const char* body : {"90 'avc'", "97 02 0F42", "96 06 'hvc1' 01 00", "96 13 'av01' 00 FFFFFF 12",
                           "91 'hvc1' 0000", "D7 00 AA 01"})
    out.take(MessageType::kVideo, wire(body));
  for (const char* body : {"90 'Op'", "95 01 'Opus'", "94 'Opus' 01 06 0000"})
    out.take(MessageType::kAudio, wire(body));
  EXPECT_TRUE(out.tags.empty());
  EXPECT_EQ(out.counters.malformed.get(), 6u + 3u);
}

TEST(MediaFilter, CountsAnExtendedHeaderThatIsMalformedBehindATrackAndHandsItOn) {
  Filtered out;
  out.take(MessageType::kVideo, wire("96 13 'av01' 00 000001 12 01 FFFFFF 12"));
  out.take(MessageType::kVideo, wire("97 02 0F4240 03 'av01' 12"));  // an offset of a whole millisecond
  out.take(MessageType::kVideo, wire("94 'hvc1' 02 FFFF"));          // colours that are cut short
  EXPECT_EQ(out.tags.size(), 3u);
  EXPECT_EQ(out.counters.malformed.get(), 3u);
}

TEST(MediaFilter, TakesWhatIsWellFormedWithoutACount) {
  Filtered out;
  for (const char* body : {"91 'what' 00", "9F 'hvc1'", "D0 00", "97 02 0F423F 06 01 'hvc1' 01 000000 65",
                           "D4 'hvc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 000009 000009"})
    out.take(MessageType::kVideo, wire(body));
  EXPECT_EQ(out.tags.size(), 5u);
  EXPECT_EQ(out.counters.malformed.get(), 0u);
}

// What a filter says that takes only what FLV 10.1 has: "" for what it takes.
std::string refusal(MessageType type, const Bytes& body) {
  ConnectionCounters counters;
  std::size_t tags = 0;
  MediaFilter filter([&](const Tag&) { ++tags; }, counters, false);
  const auto taken = filter.take(make_message(type, body));
  EXPECT_EQ(tags, taken ? 1u : 0u);
  if (taken) return "";
  EXPECT_EQ(taken.error().code, ErrorCode::kNotTaken);
  return taken.error().detail;
}

TEST(MediaFilter, WithoutEnhancedRefusesWhatFlvDoesNotHave) {
  const struct {
    MessageType type;
    const char* body;
    const char* refusal;
  } cases[] = {
      {MessageType::kVideo, "90 'hvc1' 01", "hvc1 (H.265) as Enhanced RTMP"},
      {MessageType::kVideo, "91 'avc1' 000000 65", "avc1 (H.264) as Enhanced RTMP"},
      {MessageType::kVideo, "96 13 'av01' 01 000001 12", "av01 (AV1) as Enhanced RTMP"},
      {MessageType::kVideo, "A2 0AFF 'xy'", "..xy (..xy) as Enhanced RTMP"},
      {MessageType::kVideo, "D0 00", "a command as Enhanced RTMP"},
      {MessageType::kVideo, "1C 00 000000 01", "H.265 as codec 12"},
      {MessageType::kVideo, "1D 00", "AV1 as codec 13"},
      {MessageType::kVideo, "18 00000001 26", "id 8 as codec 8"},
      {MessageType::kAudio, "90 'Opus' 01", "Opus (Opus) as Enhanced RTMP"},
      {MessageType::kAudio, "91 'mp4a' 21", "mp4a (AAC) as Enhanced RTMP"},
      {MessageType::kAudio, "CF 00", "id 12 as codec 12"},
      {MessageType::kAggregate, "09 000006 000000 00 000000 90 'hvc1' 01 00000011",
       "hvc1 (H.265) as Enhanced RTMP"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.type, wire(c.body)), c.refusal) << c.body;
}

TEST(MediaFilter, WithoutEnhancedTakesWhatFlvHas) {
  for (const char* codec : {"2", "3", "4", "5", "6", "7"})
    EXPECT_EQ(refusal(MessageType::kVideo, wire(std::string("1") + codec + " 01 000000 00")), "");
  for (const char* format : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "A", "B", "E"})
    EXPECT_EQ(refusal(MessageType::kAudio, wire(std::string(format) + "F 01 00")), "");
  EXPECT_EQ(refusal(MessageType::kAudio, {}), "");
  EXPECT_EQ(refusal(MessageType::kVideo, wire("57 00")), "");  // a command
  EXPECT_EQ(refusal(MessageType::kData, wire("02 000A'onMetaData'")), "");
}

TEST(MediaFilter, DropsVideoAndAudioThatHaveNothingBehindTheirFirstByte) {
  Filtered out;
  for (const char* body : {"", "17", "27", "00", "D0", "FF"}) out.take(MessageType::kVideo, wire(body));
  for (const char* body : {"AF", "2F", "FF"}) out.take(MessageType::kAudio, wire(body));
  EXPECT_TRUE(out.tags.empty());
  EXPECT_EQ(out.counters.empty_video.get(), 6u);
  EXPECT_EQ(out.counters.one_byte_audio.get(), 3u);
}

TEST(MediaFilter, HandsOnAudioWithoutABodyWhichIsSilence) {
  Filtered out;
  out.take(MessageType::kAudio, {}, 40);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{wire("08 000000 000028 00 000000 0000000B")}));
  EXPECT_EQ(out.dropped(), 0u);
}

TEST(MediaFilter, CallsAFirstByteAndNoWholeHeaderNoFrame) {
  Filtered out;
  out.take(MessageType::kVideo, wire("57 00"), 40);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{wire("09 000002 000028 00 000000 57 00 0000000D")}));
  EXPECT_EQ(out.kinds, (std::vector<TagKind>{TagKind::kOther}));
}

TEST(MediaFilter, HoldsBackTheEndOfASequenceUntilItFinishes) {
  Filtered out;
  out.take(MessageType::kVideo, kAvcEnd, 10);
  out.take(MessageType::kAudio, wire("AF 01 21"), 11);
  out.take(MessageType::kAudio, wire("92 'Opus'"), 12);
  out.take(MessageType::kVideo, wire("92 'hvc1'"), 13);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{wire("08 000003 00000B 00 000000 AF 01 21 0000000E")}));

  out.filter.finish();
  EXPECT_EQ(out.tags, (std::vector<Bytes>{
                          wire("08 000003 00000B 00 000000 AF 01 21 0000000E"),
                          wire("09 000005 00000A 00 000000 17 02 000000 00000010"),
                          wire("08 000005 00000C 00 000000 92 'Opus' 00000010"),
                          wire("09 000005 00000D 00 000000 92 'hvc1' 00000010"),
                      }));
  EXPECT_EQ(out.kinds.back(), TagKind::kEndOfSequence);
  EXPECT_EQ(out.dropped(), 0u);

  out.filter.finish();
  EXPECT_EQ(out.tags.size(), 4u);
}

TEST(MediaFilter, HoldsNoMoreThanItsLimit) {
  Filtered out;
  for (std::uint32_t i = 0; i < limits::kMaxHeldTags + 3; ++i) out.take(MessageType::kVideo, kAvcEnd, i);
  EXPECT_EQ(out.dropped(), 3u);
  out.filter.finish();
  ASSERT_EQ(out.tags.size(), limits::kMaxHeldTags);
  EXPECT_EQ(out.tags.front(), wire("09 000005 000000 00 000000 17 02 000000 00000010"));
  EXPECT_EQ(out.tags.back()[6], limits::kMaxHeldTags - 1);
}

TEST(MediaFilter, HoldsNoLongEndsOfSequence) {
  // A short one, one that is longer than all that may be held, as many short ones as before behind it.
  Filtered out;
  out.take(MessageType::kVideo, kAvcEnd, 1);
  out.take(MessageType::kVideo, join({kAvcEnd, Bytes(limits::kMaxHeldBytes)}), 2);
  out.take(MessageType::kVideo, kAvcEnd, 3);
  EXPECT_EQ(out.dropped(), 1u);
  // And what fits, but not together.
  for (std::uint32_t i = 4; i < 8; ++i)
    out.take(MessageType::kVideo, join({kAvcEnd, Bytes(limits::kMaxHeldBytes / 4)}), i);
  EXPECT_EQ(out.dropped(), 1u + 3);
  out.filter.finish();
  ASSERT_EQ(out.tags.size(), 3u);
  EXPECT_EQ(out.tags[1][6], 3);
  EXPECT_EQ(out.tags[2][6], 4);
}

TEST(MediaFilter, RefusesALongMessageInALongAggregate) {
  const auto taken = [](std::size_t message, std::size_t rest) {
    Bytes body = wire("09 000000 0003E8 00 000000");
    for (int i = 0; i < 3; ++i)
      body[1 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(message >> (16 - 8 * i));
    body.resize(body.size() + message + rest);
    body[11] = 0x17, body[12] = 1;
    Filtered out;
    const auto result = out.filter.take(make_message(MessageType::kAggregate, body));
    return result ? static_cast<int>(out.tags.size()) : -static_cast<int>(result.error().code);
  };
  constexpr std::size_t kHalf = limits::kMaxOpenBytes / 2;
  EXPECT_EQ(taken(kHalf - (64 << 10), 0), 1);
  EXPECT_EQ(taken(kHalf + 1, 0), -static_cast<int>(ErrorCode::kLimitExceeded));
  EXPECT_EQ(taken(3 << 20, 12 << 20), 1);
}

TEST(MediaFilter, TakesTheMessagesOfAnAggregate) {
  Filtered out;
  out.take(MessageType::kAggregate,
           wire("08 000002 0003E8 00 000000 AF01 0000000D"                 // audio
                "09 000000 0003E9 00 000000 0000000B"                      // video without a body
                "09 000005 0003EA 00 000000 17 02 000000 00000010"         // the end of a sequence
                "12 00000D 0003EB 00 000000 02 000A'onMetaData' 00000018"  // script data
                "09 000005 000410 00 000000 27 01 000000"),  // video, the last back pointer missing
           5000);
  const std::vector<Bytes> before = {wire("08 000002 001388 00 000000 AF01 0000000D"),
                                     wire("12 00000D 00138B 00 000000 02 000A'onMetaData' 00000018"),
                                     wire("09 000005 0013B0 00 000000 27 01 000000 00000010")};
  EXPECT_EQ(out.tags, before);
  EXPECT_EQ(out.dropped(), 1u);
  out.filter.finish();
  ASSERT_EQ(out.tags.size(), 4u);
  EXPECT_EQ(out.tags.back(), wire("09 000005 00138A 00 000000 17 02 000000 00000010"));
}

TEST(MediaFilter, PassesOverMessagesOfOtherTypes) {
  Filtered out;
  for (int type = 0; type < 256; ++type) {
    if (type == 8 || type == 9 || type == 15 || type == 18 || type == 22) continue;
    out.take(static_cast<MessageType>(type), wire("17 01 000000 00"));
  }
  out.filter.finish();
  EXPECT_TRUE(out.tags.empty());
  EXPECT_EQ(out.dropped(), 0u);
}

}  // namespace
}  // namespace rtmp::test
