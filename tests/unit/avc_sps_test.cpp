// SPDX-License-Identifier: LGPL-2.1-or-later
#include "avc_sps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "bit_writer.h"
#include "picture.h"
#include "rtmp/limits.h"
#include "wire.h"

namespace rtmp::test {
namespace {

std::optional<VideoSize> avc_sps_size(std::span<const std::uint8_t> nal) {
  const auto picture = read_avc_sps(nal);
  return picture ? std::optional(picture->size) : std::nullopt;
}

struct Case {
  const char* name;
  std::string_view nal;
  VideoSize size;
};

// Of x264 (FFmpeg 5.1).
constexpr Case kEncoded[] = {
    {"High, 8 rows cropped", "67640028ACD940780227E5C044000003000400000300C83C60C658", {1920, 1080}},
    {"Main", "674D401EECA06C1EF37808800000030080000019078B16CB", {854, 480}},
    {"Baseline", "6742C00BD9024FE2223011000003000100000300320F142A48", {130, 98}},
    {"Baseline, not cropped", "6742C00AD90426C044000003000400000300C83C489920", {64, 64}},
    {"Baseline, large", "6742C033DA00F0010FB011000003000100000300320F1832A0", {3840, 2160}},
    {"High 10", "676E001EA6CD940D83DE6F011000000300100000030320F162D960", {854, 480}},
    {"High 4:2:2", "677A000BBCD9424FE2210C0440000003004000000C83C50A6580", {130, 97}},
    {"High 4:4:4", "67F4000B919B2849FC742180880000030008000003019078A14CB0", {131, 97}},
    {"High 4:4:4, RGB", "67F4000B919B2849FC742180B702020040000003004000000C83C50A6580", {131, 97}},
    {"grey", "6764000BF365093F8E843016C80000030008000003019078A14CB0", {131, 97}},
    {"interlaced", "67640028ACD94078044FDE0220000003002000000643E2C5B2C0", {1920, 1080}},
    {"interlaced, cropped on two sides", "67640015ACD94248F11118088000000300800000190F8A14CB", {130, 100}},
};

// A parameter set in three pieces: up to the fields of high profiles, those and log2_max_frame_num, and from
// max_num_ref_frames on. Between the last two is the order of pictures.
BitWriter begin(unsigned profile) { return BitWriter().u(8, 0x67).u(8, profile).u(16, 0x001E).ue(0); }

BitWriter begin_high(unsigned chroma_format, bool separate_planes = false) {
  BitWriter sps = begin(chroma_format == 3 ? 244 : 100).ue(chroma_format);
  if (chroma_format == 3) sps.flag(separate_planes);
  return sps.ue(0).ue(0).flag(false);
}

struct Rest {
  std::uint64_t columns = 20;
  std::uint64_t rows = 15;
  bool frames_only = true;
  std::vector<std::uint64_t> crop = {};  // left, right, top, bottom
};

Bytes end(BitWriter sps, const Rest& rest = {}) {
  sps.ue(1).flag(false).ue(rest.columns - 1).ue(rest.rows - 1).flag(rest.frames_only);
  if (!rest.frames_only) sps.flag(false);
  sps.flag(true).flag(!rest.crop.empty());
  for (const std::uint64_t offset : rest.crop) sps.ue(offset);
  return sps.flag(false).nal();
}

Bytes simple(const Rest& rest) { return end(begin(66).ue(0).ue(2), rest); }
Bytes high(const Rest& rest, unsigned chroma_format, bool separate_planes = false) {
  return end(begin_high(chroma_format, separate_planes).flag(false).ue(0).ue(2), rest);
}

constexpr VideoSize kSimple{320, 240};

TEST(AvcSps, HasTheSizeThatWasEncoded) {
  for (const Case& c : kEncoded) EXPECT_EQ(avc_sps_size(wire(c.nal)), c.size) << c.name;
}

TEST(AvcSps, HasNoSizeWhereItIsCutShort) {
  for (const Case& c : kEncoded) {
    SCOPED_TRACE(c.name);
    const Bytes nal = wire(c.nal);
    std::size_t needed = 0;
    while (!avc_sps_size(cut(nal, needed)) && needed < nal.size()) ++needed;
    EXPECT_GT(needed, 6u);
    EXPECT_LT(needed, nal.size());  // the rest is for the display
    for (std::size_t size = needed; size <= nal.size(); ++size)
      EXPECT_EQ(avc_sps_size(cut(nal, size)), c.size) << size;
  }
}

TEST(AvcSps, CountsCroppingInUnitsOfItsChroma) {
  const std::vector<std::uint64_t> crop = {1, 2, 3, 4};
  const struct {
    const char* name;
    Bytes nal;
    VideoSize size;
  } cases[] = {
      {"none", simple({}), {320, 240}},
      {"4:2:0", simple({.crop = crop}), {314, 226}},
      {"4:2:0, fields", simple({.rows = 7, .frames_only = false, .crop = crop}), {314, 196}},
      {"4:2:0 of a high profile", high({.crop = crop}, 1), {314, 226}},
      {"grey", high({.crop = crop}, 0), {317, 233}},
      {"grey, fields", high({.rows = 7, .frames_only = false, .crop = crop}, 0), {317, 210}},
      {"4:2:2", high({.crop = crop}, 2), {314, 233}},
      {"4:4:4", high({.crop = crop}, 3), {317, 233}},
      {"three planes", high({.crop = crop}, 3, true), {317, 233}},
      {"one pixel", high({.crop = {319, 0, 0, 239}}, 3), {1, 1}},
  };
  for (const auto& c : cases) EXPECT_EQ(avc_sps_size(c.nal), c.size) << c.name;
}

TEST(AvcSps, HasNoSizeWhereItIsOutOfBounds) {
  const std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;  // of an exp-Golomb code
  const std::uint64_t side = limits::kMaxVideoSide / 16;
  EXPECT_EQ(avc_sps_size(simple({.columns = side, .rows = side})), (VideoSize{65520, 65520}));
  const struct {
    const char* name;
    Bytes nal;
  } cases[] = {
      {"too wide", simple({.columns = side + 1})},
      {"too high", simple({.rows = side + 1})},
      {"too high by its fields", simple({.rows = side, .frames_only = false})},
      {"the widest that can be said", simple({.columns = most + 1})},
      {"the highest that can be said", simple({.rows = most + 1, .frames_only = false})},
      {"cropped to no width", simple({.crop = {80, 80, 0, 0}})},
      {"cropped to no height", simple({.crop = {0, 0, 60, 60}})},
      {"cropped to less than nothing", simple({.crop = {0, 200, 0, 0}})},
      {"cropped beyond 32 bits", simple({.crop = {most, most, most, most}})},
      {"a chroma format of 4", high({}, 4)},
      {"an order of pictures of 3", end(begin(66).ue(0).ue(3))},
      {"a code of more than 32 bits",
       begin(66).ue(0).ue(2).ue(1).flag(false).u(32, 0).u(33, 1ull << 32).ue(14).u(4, 0xC).nal()},
      {"a size in the bytes of another NAL unit",
       wire("68640028ACD940780227E5C044000003000400000300C83C60C658")},
      {"nothing but zeros", join({wire("67640028"), Bytes(1000, 0)})},
  };
  for (const auto& c : cases) EXPECT_EQ(avc_sps_size(c.nal), std::nullopt) << c.name;
}

TEST(AvcSps, IsReadBehindTheOrderOfPictures) {
  const auto cycles = [](std::uint64_t count) {
    BitWriter sps = begin(66).ue(0).ue(1).flag(false).se(-1).se(2).ue(count);
    for (std::uint64_t i = 0; i < count; ++i) sps.se(i % 2 == 0 ? 5 : -5);
    return end(sps);
  };
  EXPECT_EQ(avc_sps_size(end(begin(66).ue(0).ue(0).ue(6))), kSimple);
  EXPECT_EQ(avc_sps_size(end(begin(66).ue(0).ue(2))), kSimple);
  for (const std::uint64_t count : {0u, 1u, 2u, 255u})
    EXPECT_EQ(avc_sps_size(cycles(count)), kSimple) << count;
  EXPECT_EQ(avc_sps_size(cycles(256)), std::nullopt);
}

TEST(AvcSps, IsReadBehindScalingLists) {
  const auto with_lists = [](unsigned chroma_format, auto write) {
    BitWriter sps = begin_high(chroma_format).flag(true);
    for (int list = 0; list < (chroma_format == 3 ? 12 : 8); ++list) write(sps, list, list < 6 ? 16 : 64);
    return end(sps.ue(0).ue(2));
  };
  for (const unsigned chroma_format : {0u, 1u, 2u, 3u}) {
    SCOPED_TRACE(chroma_format);
    EXPECT_EQ(avc_sps_size(with_lists(chroma_format, [](BitWriter& sps, int, int) { sps.flag(false); })),
              kSimple);
    // Every other one, of entries that rise.
    EXPECT_EQ(avc_sps_size(with_lists(chroma_format,
                                      [](BitWriter& sps, int list, int size) {
                                        sps.flag(list % 2 == 0);
                                        for (int i = 0; list % 2 == 0 && i < size; ++i) sps.se(1);
                                      })),
              kSimple);
    // Each ends early: 8, 9, and 0, for the rest is like the last. The last does so at once.
    EXPECT_EQ(avc_sps_size(with_lists(chroma_format,
                                      [](BitWriter& sps, int list, int) {
                                        sps.flag(true);
                                        if (list != 7) sps.se(0).se(1);
                                        sps.se(list != 7 ? -9 : -8);
                                      })),
              kSimple);
    // Entries are counted modulo 256: 8, 128, 255, 0.
    EXPECT_EQ(
        avc_sps_size(with_lists(
            chroma_format, [](BitWriter& sps, int, int) { sps.flag(true).se(0).se(120).se(127).se(1); })),
        kSimple);
  }
}

TEST(AvcSps, MayHaveEmulationPreventionBytesAnywhere) {
  const auto holds = [](const Bytes& bytes, const Bytes& part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
  };
  const Bytes early = end(BitWriter().u(8, 0x67).u(8, 66).u(16, 0).ue(127).ue(0).ue(2));
  EXPECT_TRUE(holds(early, wire("67 42 0000 03 01")));
  EXPECT_EQ(avc_sps_size(early), kSimple);

  bool escaped[4] = {};
  for (std::int64_t byte = 0; byte < 4; ++byte) {
    for (int shift = 0; shift < 29; ++shift) {
      const Bytes nal = end(begin(66)
                                .ue(0)
                                .ue(1)
                                .flag(true)
                                .se(byte << shift)
                                .se(-(std::int64_t{1} << 30))
                                .ue(1)
                                .se(byte << shift));
      EXPECT_EQ(avc_sps_size(nal), kSimple) << byte << " << " << shift;
      for (std::uint8_t last = 0; last < 4; ++last) escaped[last] |= holds(nal, {0, 0, 3, last});
    }
  }
  for (const bool one : escaped) EXPECT_TRUE(one);
}

}  // namespace
}  // namespace rtmp::test
