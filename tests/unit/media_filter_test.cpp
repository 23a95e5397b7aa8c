// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media.h"
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
    return counters.empty_video.get() + counters.not_script_data.get() + counters.surplus_ends.get();
  }

  void take(MessageType type, const Bytes& body, std::uint32_t timestamp = 0) {
    filter.take(make_message(type, body, timestamp));
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

TEST(MediaFilter, DropsVideoWithoutABody) {
  Filtered out;
  out.take(MessageType::kVideo, {});
  EXPECT_TRUE(out.tags.empty());
  EXPECT_EQ(out.dropped(), 1u);
}

TEST(MediaFilter, HandsOnAudioWithoutABodyWhichIsSilence) {
  Filtered out;
  out.take(MessageType::kAudio, {}, 40);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{wire("08 000000 000028 00 000000 0000000B")}));
  EXPECT_EQ(out.dropped(), 0u);
}

TEST(MediaFilter, CallsVideoOfOneByteNoFrame) {
  Filtered out;
  out.take(MessageType::kVideo, wire("17"), 40);
  EXPECT_EQ(out.tags, (std::vector<Bytes>{wire("09 000001 000028 00 000000 17 0000000C")}));
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
