// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/av1.h"

#include <gtest/gtest.h>

#include <string_view>

#include "bit_writer.h"
#include "picture.h"
#include "wire.h"

namespace rtmp::test {
namespace {

struct Case {
  const char* name;
  std::string_view record;
  Av1Config config;
};

constexpr PictureFormat picture(VideoSize size, ChromaFormat chroma, std::uint8_t depth,
                                ColorDescription color) {
  return {.size = size, .chroma = chroma, .bit_depth_luma = depth, .bit_depth_chroma = depth, .color = color};
}

constexpr Av1Config config_of(const Av1Sequence& s) {
  return {s.profile, s.level, s.high_tier, s.picture.chroma, s.picture.bit_depth_luma, s};
}

constexpr Case kEncoded[] = {
    {"FFmpeg 9, recorded", "81000C00 0A0B000000043CFFBC02F80040",
     config_of({0, 0, false, picture({320, 240}, ChromaFormat::k420, 8, {})})},
    {"OBS 32, recorded", "81000C00 0A0E000000043CFFBCDAF91010101040",
     config_of({0, 0, false, picture({320, 240}, ChromaFormat::k420, 8, {1, 1, 1, false})})},
    // Of libaom and SVT-AV1, by FFmpeg 5.1.
    {"SVT-AV1", "81000C00 0A0B00000003BD7C7805F00080",
     config_of({0, 0, false, picture({176, 144}, ChromaFormat::k420, 8, {})})},
    {"4:4:4, 10 bits", "81204000 0A0A20000003BD7C79B5F284",
     config_of({1, 0, false, picture({176, 144}, ChromaFormat::k444, 10, {})})},
    {"grey", "81001C00 0A0A00000003BD7C79B5F254",
     config_of({0, 0, false, picture({176, 144}, ChromaFormat::kMonochrome, 8, {.full_range = true})})},
    {"10 bits, BT.2020 with PQ", "81004C00 0A0E00000003BD8C8805F0A122012080",
     config_of({0, 0, false, picture({178, 146}, ChromaFormat::k420, 10, {9, 16, 9, false})})},
    {"RGB", "81200000 0A0D20000003BD8C89B5F240434008",
     config_of({1, 0, false, picture({178, 146}, ChromaFormat::k444, 8, {1, 13, 0, true})})},
    {"4:2:2, 12 bits", "81406800 0A0B40000003BD8C89B5F2C440",
     config_of({2, 0, false, picture({178, 146}, ChromaFormat::k422, 12, {})})},
};

TEST(Av1Config, HasWhatWasEncoded) {
  for (const Case& c : kEncoded) {
    SCOPED_TRACE(c.name);
    const auto config = read_av1_config(wire(c.record));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->profile, c.config.profile);
    EXPECT_EQ(config->level, c.config.level);
    EXPECT_EQ(config->high_tier, c.config.high_tier);
    EXPECT_EQ(config->chroma, c.config.chroma);
    EXPECT_EQ(config->bit_depth, c.config.bit_depth);
    ASSERT_TRUE(config->sequence);
    EXPECT_EQ(config->sequence->picture, c.config.sequence->picture);
    EXPECT_EQ(config, c.config);
  }
}

TEST(Av1Config, HasWhatIsWholeWhereItIsCutShort) {
  for (const Case& c : kEncoded) {
    const Bytes whole = wire(c.record);
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const auto config = read_av1_config(cut(whole, size));
      ASSERT_EQ(config.has_value(), size >= 4);
      if (!config) continue;
      EXPECT_EQ(config->sequence.has_value(), size == whole.size()) << size;
    }
  }
}

TEST(Av1Config, IsNoOtherRecord) {
  EXPECT_TRUE(read_av1_config(wire("81000C00")));
  EXPECT_FALSE(read_av1_config(wire("82000C00")));                        // another version
  EXPECT_FALSE(read_av1_config(wire("01000C00")));                        // no marker
  EXPECT_FALSE(read_av1_config(wire("81600C00")));                        // a reserved profile
  EXPECT_FALSE(read_av1_config(wire("81000400")));                        // subsampling of height alone
  EXPECT_FALSE(read_av1_config(wire("8004 81000C00")));                   // that of MPEG-2 TS
  EXPECT_FALSE(read_av1_config(wire("12000A0B000000043CFFBC02F80040")));  // OBUs
}

TEST(Av1Config, TellsTheTierAndTheDepth) {
  const auto deep = read_av1_config(wire("812EEC00"));
  ASSERT_TRUE(deep);
  EXPECT_EQ(deep->level, 14);
  EXPECT_TRUE(deep->high_tier);
  EXPECT_EQ(deep->bit_depth, 12);
  EXPECT_EQ(read_av1_config(wire("81004C00"))->bit_depth, 10);
}

TEST(Av1Sequence, IsTheFirstOfAFrame) {
  const Bytes header = wire("0A0B000000043CFFBC02F80040");
  const auto expected = read_av1_sequence(header);
  ASSERT_TRUE(expected);
  EXPECT_EQ(expected->picture.size, (VideoSize{320, 240}));
  EXPECT_EQ(read_av1_sequence(join({wire("1200"), header, wire("3203 000000")})), expected);
  EXPECT_EQ(read_av1_sequence(join({wire("2A82 00 AAAA"), header})), expected);    // a size of two bytes
  EXPECT_EQ(read_av1_sequence(wire("0E08 0B 000000043CFFBC02F80040")), expected);  // with an extension
  EXPECT_EQ(read_av1_sequence(wire("08 000000043CFFBC02F80040")), expected);       // without a size
  EXPECT_FALSE(read_av1_sequence({}));
  EXPECT_FALSE(read_av1_sequence(wire("1200 3203 000000")));      // none
  EXPECT_FALSE(read_av1_sequence(join({wire("9200"), header})));  // a forbidden bit
  EXPECT_FALSE(read_av1_sequence(wire("0E")));
  EXPECT_FALSE(read_av1_sequence(wire("0A 808080808080808000 00")));      // a size of 9 bytes
  EXPECT_FALSE(read_av1_sequence(wire("0A 0C 000000043CFFBC02F80040")));  // beyond the end
}

// A sequence header with all that may be in front of its size, or nothing.
struct Header {
  unsigned profile = 0;
  bool reduced = false;
  bool timed = false;
  bool equal = true;
  bool modelled = false;
  unsigned points = 1;
  unsigned level = 8;
  bool delayed = false;
  unsigned width = 320, height = 240;
  bool tools = false;
};

BitWriter begin(const Header& h) {
  BitWriter bits;
  bits.u(3, h.profile).flag(false).flag(h.reduced);
  if (h.reduced) {
    bits.u(5, h.level);
  } else {
    bits.flag(h.timed);
    if (h.timed) {
      bits.u(32, 1001).u(32, 60000).flag(h.equal);
      if (h.equal) bits.ue(1);
      bits.flag(h.modelled);
      if (h.modelled) bits.u(5, 9).u(32, 1).u(5, 3).u(5, 4);
    }
    bits.flag(h.delayed).u(5, h.points - 1);
    for (unsigned i = 0; i < h.points; ++i) {
      bits.u(12, 0x101).u(5, i == 0 ? h.level : 31);
      if (i != 0 || h.level > 7) bits.flag(true);
      if (h.timed && h.modelled) bits.flag(i % 2 == 0);
      if (h.timed && h.modelled && i % 2 == 0) bits.u(21, 0x1FFFFF);
      if (h.delayed) bits.flag(i % 2 == 1);
      if (h.delayed && i % 2 == 1) bits.u(4, 15);
    }
  }
  bits.u(4, 15).u(4, 14).u(16, h.width - 1).u(15, h.height - 1);
  if (!h.reduced) bits.flag(h.tools);
  if (!h.reduced && h.tools) bits.u(7, 0x7F);
  bits.u(3, 7);
  if (!h.reduced) {
    bits.u(4, 15).flag(h.tools);
    if (h.tools) bits.u(2, 3);
    bits.flag(!h.tools);  // each frame chooses its screen content tools, or all have them
    if (h.tools) bits.flag(true);
    bits.flag(!h.tools);
    if (h.tools) bits.flag(true).u(3, 7);
  }
  return bits.u(3, 7);
}

std::optional<Av1Sequence> read(const BitWriter& bits) {
  return read_av1_sequence(join({wire("08"), BitWriter(bits).flag(false).flag(false).flag(true).bytes()}));
}

TEST(Av1Sequence, IsReadBehindAllThatMayBeInFront) {
  const Header headers[] = {
      {},
      {.reduced = true, .level = 5},
      {.timed = true, .equal = false},
      {.timed = true},
      {.timed = true, .modelled = true},
      {.timed = true, .modelled = true, .points = 32, .delayed = true},
      {.points = 3, .level = 5},
      {.delayed = true, .tools = true},
      {.width = 65535, .height = 32768},
  };
  for (const Header& h : headers) {
    // 8 bits, not grey, BT.601 in the full range.
    const auto sequence = read(begin(h).u(2, 0).flag(true).u(8, 6).u(8, 6).u(8, 6).flag(true).u(2, 1));
    ASSERT_TRUE(sequence);
    EXPECT_EQ(sequence->level, h.level);
    EXPECT_EQ(sequence->high_tier, h.level > 7);
    PictureFormat expected = picture({h.width, h.height}, ChromaFormat::k420, 8, {6, 6, 6, true});
    if (h.timed && h.equal) expected.frame_rate = Ratio{30000, 1001};  // two ticks each
    EXPECT_EQ(sequence->picture, expected);
  }
}

TEST(Av1Sequence, HasTheSubsamplingOfItsProfile) {
  const auto chroma = [](unsigned profile, const BitWriter& colors) {
    const auto sequence = read(colors);
    EXPECT_TRUE(sequence) << profile;
    return sequence ? std::optional(sequence->picture.chroma) : std::nullopt;
  };
  const auto of = [](unsigned profile) { return begin({.profile = profile}); };
  EXPECT_EQ(chroma(0, of(0).u(3, 0).flag(false)), ChromaFormat::k420);
  EXPECT_EQ(chroma(0, of(0).u(3, 2).flag(false)), ChromaFormat::kMonochrome);
  EXPECT_EQ(chroma(1, of(1).u(2, 0).flag(false)), ChromaFormat::k444);
  EXPECT_EQ(chroma(2, of(2).u(3, 0).flag(false)), ChromaFormat::k422);           // 8 bits
  EXPECT_EQ(chroma(2, of(2).u(4, 8).flag(false)), ChromaFormat::k422);           // 10
  EXPECT_EQ(chroma(2, of(2).u(4, 12).flag(false).u(1, 0)), ChromaFormat::k444);  // 12
  EXPECT_EQ(chroma(2, of(2).u(4, 12).flag(false).u(2, 2)), ChromaFormat::k422);
  EXPECT_EQ(chroma(2, of(2).u(4, 12).flag(false).u(2, 3)), ChromaFormat::k420);
  EXPECT_FALSE(read(of(3).u(3, 0).flag(false)));  // a reserved profile
  EXPECT_FALSE(read(begin({.width = 65536}).u(3, 0).flag(false)));
}

}  // namespace
}  // namespace rtmp::test
