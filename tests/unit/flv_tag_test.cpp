// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "rtmp/tag.h"
#include "wire.h"

namespace rtmp::test {
namespace {

Block block_of(const Bytes& body) {
  Block block(body.size());
  std::ranges::copy(body, block.body().begin());
  return block;
}

Tag video_tag(std::uint32_t timestamp, const Bytes& body) {
  return {TagType::kVideo, timestamp, block_of(body)};
}

Tag script_tag(std::uint32_t timestamp, const Bytes& body, std::size_t strip = 0) {
  return Tag::script(TagKind::kMetadata, timestamp, block_of(body), strip);
}

TEST(Tag, IsLaidOutAsFlvHasIt) {
  const Tag video = video_tag(0x0A0B0C, wire("12 'bc'"));
  EXPECT_EQ(to_bytes(video.bytes()), wire("09 000003 0A0B0C 00 000000 12 'bc' 0000000E"));
  EXPECT_EQ(to_bytes(video.body()), wire("12 'bc'"));
  EXPECT_EQ(video.type(), TagType::kVideo);
  EXPECT_EQ(video.kind(), TagKind::kKeyFrame);

  const Tag audio(TagType::kAudio, 0, block_of(wire("'a'")));
  EXPECT_EQ(to_bytes(audio.bytes()), wire("08 000001 000000 00 000000 'a' 0000000C"));
  EXPECT_EQ(audio.type(), TagType::kAudio);
  EXPECT_EQ(audio.kind(), TagKind::kAudioFrame);

  const Tag script = script_tag(1, wire("'ab'"));
  EXPECT_EQ(to_bytes(script.bytes()), wire("12 000002 000001 00 000000 'ab' 0000000D"));
  EXPECT_EQ(script.type(), TagType::kScript);
  EXPECT_EQ(script.kind(), TagKind::kMetadata);
}

TEST(Tag, KnowsTheHeaderOfItsBody) {
  const MediaHeader video = video_tag(0, wire("97 02 000007 06 11 'hvc1' 05 000003 000001")).header();
  EXPECT_EQ(video.kind, TagKind::kKeyFrame);
  EXPECT_EQ(video.first_track, 5u);
  EXPECT_EQ(video.nano_offset, 7u);
  EXPECT_EQ(script_tag(0, wire("'ab'")).header().tracks, MediaHeader::Tracks::kNone);
}

TEST(Tag, MayHaveNoBody) {
  const Tag tag(TagType::kAudio, 40, Block(0));
  EXPECT_EQ(to_bytes(tag.bytes()), wire("08 000000 000028 00 000000 0000000B"));
  EXPECT_TRUE(tag.body().empty());
}

TEST(Tag, CountsTheLongestBody) {
  const Tag tag = Tag::script(TagKind::kOther, 0, Block(0xFFFFFF));
  ASSERT_EQ(tag.bytes().size(), 11u + 0xFFFFFF + 4);
  EXPECT_EQ(to_bytes(tag.bytes().first(4)), wire("12 FFFFFF"));
  EXPECT_EQ(to_bytes(tag.bytes().last(4)), wire("0100000A"));
}

TEST(Tag, PutsTheHighByteOfItsTimestampBehindTheOthers) {
  const struct {
    std::uint32_t timestamp;
    const char* bytes;
  } cases[] = {{0, "000000 00"},         {0xFFFFFE, "FFFFFE 00"},   {0xFFFFFF, "FFFFFF 00"},
               {0x1000000, "000000 01"}, {0x12345678, "345678 12"}, {0xFFFFFFFF, "FFFFFF FF"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.bytes);
    Tag tag = video_tag(c.timestamp, wire("'abc'"));
    EXPECT_EQ(to_bytes(tag.bytes()), join({wire("09 000003"), wire(c.bytes), wire("000000 'abc' 0000000E")}));
    EXPECT_EQ(tag.timestamp(), c.timestamp);

    Tag moved_in_time = video_tag(~c.timestamp, wire("'abc'"));
    moved_in_time.set_timestamp(c.timestamp);
    EXPECT_EQ(to_bytes(moved_in_time.bytes()), to_bytes(tag.bytes()));
  }
}

TEST(Tag, LeavesOutWhatIsStripped) {
  for (const std::size_t strip : {1u, 3u, 16u, 19u}) {
    SCOPED_TRACE(strip);
    const Bytes body = wire("'0123456789abcdefABCD'");
    const Bytes rest(body.begin() + static_cast<std::ptrdiff_t>(strip), body.end());
    Tag tag = script_tag(7, body, strip);
    tag.set_timestamp(0x01000002);
    const auto length = static_cast<std::uint8_t>(rest.size());
    EXPECT_EQ(to_bytes(tag.bytes()), join({wire("12 0000"),
                                           {length},
                                           wire("000002 01 000000"),
                                           rest,
                                           wire("000000"),
                                           {static_cast<std::uint8_t>(11 + length)}}));
    EXPECT_EQ(to_bytes(tag.body()), rest);
    EXPECT_EQ(tag.timestamp(), 0x01000002u);
    EXPECT_EQ(tag.type(), TagType::kScript);
  }
}

TEST(Tag, MayBeStrippedOfItsWholeBody) {
  const Tag tag = script_tag(40, wire("'abcd'"), 4);
  EXPECT_EQ(to_bytes(tag.bytes()), wire("12 000000 000028 00 000000 0000000B"));
}

TEST(Tag, HandsOverItsMemory) {
  Tag tag = script_tag(40, wire("'abcd'"), 2);
  const Bytes bytes = to_bytes(tag.bytes());
  const std::uint8_t* where = tag.bytes().data();
  const std::size_t offset = tag.offset();
  const Block block = std::move(tag).release();

  EXPECT_EQ(block.base() + offset, where);  // no copy
  EXPECT_EQ(to_bytes({block.base() + offset, block.capacity() - offset}), bytes);
}

TEST(Tag, MovesWithoutACopy) {
  Tag tag = script_tag(40, wire("'abcd'"), 1);
  const std::uint8_t* where = tag.bytes().data();
  const Tag other = std::move(tag);
  EXPECT_EQ(other.bytes().data(), where);
  EXPECT_EQ(to_bytes(other.body()), wire("'bcd'"));
  EXPECT_EQ(other.kind(), TagKind::kMetadata);
}

}  // namespace
}  // namespace rtmp::test
