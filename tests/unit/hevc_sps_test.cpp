// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hevc_sps.h"

#include <gtest/gtest.h>

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

std::optional<VideoSize> hevc_sps_size(std::span<const std::uint8_t> nal) {
  const auto picture = read_hevc_sps(nal);
  return picture ? std::optional(picture->size) : std::nullopt;
}

struct Case {
  const char* name;
  std::string_view nal;
  VideoSize size;
};

// Of x265 3.5 (FFmpeg 5.1).
constexpr Case kEncoded[] = {
    {"Main, 8 rows cropped",
     "420101016000000300900000030000030078A003C0801107CB965654A4C2F0168080000003008000000C84",
     {1920, 1080}},
    {"Main",
     "42010101600000030090000003000003001EA0122071C4446595952930BC05A02000000300200000030321",
     {130, 98}},
    {"4:2:2, 10 bits",
     "4201010408000003009D0800000300005AB006C201F1CD1ED965654A4C2F016808000003000800000300C840",
     {854, 482}},
    {"4:4:4",
     "4201010408000003009E0800000300001E9002440E38E8432CACA94985E02D010000030001000003001908",
     {131, 97}},
};

struct Sps {
  unsigned header = 0x4201;
  unsigned sub_layers = 1;
  unsigned sub_layer_flags = 0;  // profile and level, of each but the last
  std::uint64_t chroma_format = 1;
  bool separate_planes = false;
  std::uint64_t width = 320;
  std::uint64_t height = 240;
  std::vector<std::uint64_t> window = {};  // left, right, top, bottom
};

Bytes nal(const Sps& sps) {
  BitWriter bits;
  bits.u(16, sps.header).u(4, 0).u(3, sps.sub_layers - 1).flag(true);
  bits.u(8, 1).u(32, 0x60000000).u(48, 0x900000000000).u(8, 93);
  const int below = static_cast<int>(sps.sub_layers) - 1;
  if (below > 0) bits.u(2 * below, sps.sub_layer_flags).u(2 * (8 - below), 0);
  for (int i = below; i-- > 0;) {
    const unsigned flags = sps.sub_layer_flags >> (2 * i);
    if (flags & 2) bits.u(40, 0x0160000000).u(48, 0x900000000000);
    if (flags & 1) bits.u(8, 93);
  }
  bits.ue(0).ue(sps.chroma_format);
  if (sps.chroma_format == 3) bits.flag(sps.separate_planes);
  bits.ue(sps.width).ue(sps.height).flag(!sps.window.empty());
  for (const std::uint64_t offset : sps.window) bits.ue(offset);
  return bits.ue(0).ue(0).nal();
}

constexpr VideoSize kSimple{320, 240};

TEST(HevcSps, HasTheSizeThatWasEncoded) {
  for (const Case& c : kEncoded) EXPECT_EQ(hevc_sps_size(wire(c.nal)), c.size) << c.name;
}

// Of x265 3.5, told to write these.
constexpr struct {
  const char* name;
  std::string_view nal;
  PictureFormat picture;
} kDisplayed[] = {
    {"10 bits, BT.2020 with PQ, pixels of 64:45, 29.97 frames",
     "42010102200000030090000003000003003CA01620244D96566924CAFFF0040002D6A1220120800001F480003A9804",
     {.size = {176, 144},
      .bit_depth_luma = 10,
      .bit_depth_chroma = 10,
      .pixel_aspect_ratio = Ratio{64, 45},
      .frame_rate = Ratio{30000, 1001},
      .color = ColorDescription{9, 16, 9, false}}},
    {"4:4:4 in the full range, scaling lists",
     "4201010408000003009E0800000300003C9002C4048B2CACD249CAF026C0800001F4000061A804",
     {.size = {176, 144},
      .chroma = ChromaFormat::k444,
      .pixel_aspect_ratio = Ratio{12, 11},
      .frame_rate = Ratio{50, 1},
      .color = ColorDescription{2, 2, 2, true}}},
    {"temporal layers",
     "42010201600000030090000003000003003C0000A016202459666633349265780B4040000003004000000642",
     {.size = {176, 144},
      .pixel_aspect_ratio = Ratio{1, 1},
      .frame_rate = Ratio{25, 1},
      .color = ColorDescription{}}},
};

TEST(HevcSps, HasWhatTheEncoderWasToldToMake) {
  for (const auto& c : kDisplayed) EXPECT_EQ(read_hevc_sps(wire(c.nal)), c.picture) << c.name;
}

TEST(HevcSps, HasWhatIsWholeOfItsDisplayInformation) {
  for (const auto& c : kDisplayed) {
    SCOPED_TRACE(c.name);
    const Bytes nal = wire(c.nal);
    for (std::size_t size = 0; size < nal.size(); ++size) {
      const auto picture = read_hevc_sps(cut(nal, size));
      if (!picture) continue;
      EXPECT_EQ(picture->size, c.picture.size);
      EXPECT_EQ(picture->pixel_aspect_ratio.value_or(*c.picture.pixel_aspect_ratio),
                c.picture.pixel_aspect_ratio);
      EXPECT_EQ(picture->frame_rate.value_or(*c.picture.frame_rate), c.picture.frame_rate);
      EXPECT_EQ(picture->color.value_or(*c.picture.color), c.picture.color);
    }
  }
}

// What lies between the bit depths and the display information, 25 frames in a second.
struct Coding {
  unsigned sub_layers = 1;
  bool ordered = false;
  std::uint64_t order_bits = 8;
  bool lists = false;
  bool pcm = false;
  std::vector<std::uint64_t> sets = {};  // pictures of each; 100: as many as the one before
  std::uint64_t long_term = 0;
};

Bytes nal_with(const Coding& coding) {
  BitWriter bits;
  bits.u(16, 0x4201).u(4, 0).u(3, coding.sub_layers - 1).flag(true).u(48, 0x016000000000).u(40, 0).u(8, 93);
  if (coding.sub_layers > 1) bits.u(16, 0);
  bits.ue(0).ue(1).ue(320).ue(240).flag(false).ue(0).ue(0);
  bits.ue(coding.order_bits - 4).flag(coding.ordered);
  for (unsigned i = 0; i < (coding.ordered ? coding.sub_layers : 1); ++i) bits.ue(4).ue(2).ue(0);
  bits.ue(0).ue(3).ue(0).ue(3).ue(0).ue(0).flag(coding.lists);
  if (coding.lists) {
    bits.flag(true);
    for (int size = 0; size < 4; ++size) {
      for (int matrix = 0; matrix < (size == 3 ? 2 : 6); ++matrix) {
        bits.flag(matrix % 2 == 0);
        if (matrix % 2 != 0) bits.ue(1);
        if (matrix % 2 == 0 && size > 1) bits.se(-3);
        for (int i = 0; matrix % 2 == 0 && i < (size == 0 ? 16 : 64); ++i) bits.se(i - 8);
      }
    }
  }
  bits.u(2, 3).flag(coding.pcm);
  if (coding.pcm) bits.u(8, 0x77).ue(0).ue(1).flag(true);
  bits.ue(coding.sets.size());
  std::uint64_t before = 0;
  for (std::size_t set = 0; set < coding.sets.size(); ++set) {
    const bool differs = coding.sets[set] == 100;
    if (set > 0) bits.flag(differs);
    if (differs) {
      bits.flag(true).ue(0).u(2, 1);  // one that is neither used nor kept
      for (std::uint64_t k = 0; k < before; ++k) k % 2 == 0 ? bits.flag(true) : bits.u(2, 1);
      continue;
    }
    before = coding.sets[set];
    bits.ue(before / 2).ue(before - before / 2);
    for (std::uint64_t k = 0; k < before; ++k) bits.ue(k).flag(true);
  }
  bits.flag(coding.long_term > 0);
  if (coding.long_term > 0) bits.ue(coding.long_term);
  for (std::uint64_t k = 0; k < coding.long_term; ++k)
    bits.u(static_cast<int>(coding.order_bits), k).flag(true);
  bits.u(2, 0).flag(true).u(4, 0).u(3, 0).flag(true);
  for (int i = 0; i < 4; ++i) bits.ue(1);
  return bits.flag(true).u(32, 1).u(32, 25).flag(false).nal();
}

TEST(HevcSps, IsReadBehindAllThatTellsOfCoding) {
  const struct {
    const char* name;
    Coding coding;
    bool is_legal = true;
  } cases[] = {
      {"nothing special", {}},
      {"one order for each sub-layer", {.sub_layers = 4, .ordered = true}},
      {"one order for all sub-layers", {.sub_layers = 4}},
      {"scaling lists", {.lists = true}},
      {"PCM", {.pcm = true}},
      {"sets of short-term reference pictures", {.sets = {4, 0, 1, 16}}},
      {"that differ from those before", {.sets = {4, 100, 2, 100}}},
      {"as many as there may be", {.sets = std::vector<std::uint64_t>(64, 1)}},
      {"more than there may be", {.sets = std::vector<std::uint64_t>(65, 1)}, false},
      {"of more pictures than there may be", {.sets = {17}}, false},
      {"long-term reference pictures", {.order_bits = 16, .long_term = 32}},
      {"more than there may be", {.long_term = 33}, false},
      {"an order of more bits than there may be", {.order_bits = 17}, false},
  };
  for (const auto& c : cases) {
    const auto picture = read_hevc_sps(nal_with(c.coding));
    ASSERT_TRUE(picture) << c.name;
    EXPECT_EQ(picture->size, kSimple) << c.name;
    EXPECT_EQ(picture->frame_rate, c.is_legal ? std::optional(Ratio{25, 1}) : std::nullopt) << c.name;
  }
}

TEST(HevcSps, HasNoSizeWhereItIsCutShort) {
  for (const Case& c : kEncoded) {
    SCOPED_TRACE(c.name);
    const Bytes bytes = wire(c.nal);
    std::size_t needed = 0;
    while (!hevc_sps_size(cut(bytes, needed)) && needed < bytes.size()) ++needed;
    EXPECT_GT(needed, 17u);
    EXPECT_LT(needed, bytes.size());  // the rest is not of the size
    for (std::size_t size = needed; size <= bytes.size(); ++size)
      EXPECT_EQ(hevc_sps_size(cut(bytes, size)), c.size) << size;
  }
}

TEST(HevcSps, CountsItsWindowInUnitsOfItsChroma) {
  const std::vector<std::uint64_t> window = {1, 2, 3, 4};
  EXPECT_EQ(hevc_sps_size(nal({})), kSimple);
  EXPECT_EQ(hevc_sps_size(nal({.chroma_format = 0, .window = window})), (VideoSize{317, 233}));
  EXPECT_EQ(hevc_sps_size(nal({.chroma_format = 1, .window = window})), (VideoSize{314, 226}));
  EXPECT_EQ(hevc_sps_size(nal({.chroma_format = 2, .window = window})), (VideoSize{314, 233}));
  EXPECT_EQ(hevc_sps_size(nal({.chroma_format = 3, .window = window})), (VideoSize{317, 233}));
  EXPECT_EQ(hevc_sps_size(nal({.chroma_format = 3, .separate_planes = true, .window = window})),
            (VideoSize{317, 233}));
}

TEST(HevcSps, IsReadBehindTheProfilesOfSubLayers) {
  for (unsigned sub_layers = 1; sub_layers <= 7; ++sub_layers) {
    for (const unsigned flags : {0x000u, 0xFFFu, 0x555u, 0xAAAu, 0x61Bu}) {
      const unsigned used = flags & ((1u << (2 * (sub_layers - 1))) - 1);
      EXPECT_EQ(hevc_sps_size(nal({.sub_layers = sub_layers, .sub_layer_flags = used})), kSimple)
          << sub_layers << ", " << used;
    }
  }
}

TEST(HevcSps, HasNoSizeWhereItIsOutOfBounds) {
  const std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;  // of an exp-Golomb code
  const std::uint64_t side = limits::kMaxVideoSide;
  EXPECT_EQ(hevc_sps_size(nal({.width = side, .height = side})), (VideoSize{65535, 65535}));
  const struct {
    const char* name;
    Sps sps;
  } cases[] = {
      {"too wide", {.width = side + 1}},
      {"too high", {.height = side + 1}},
      {"the widest that can be said", {.width = most}},
      {"no width", {.width = 0}},
      {"no height", {.height = 0}},
      {"nothing left", {.window = {100, 60, 0, 0}}},
      {"a window beyond 32 bits", {.window = {most, most, most, most}}},
      {"a chroma format of 4", {.chroma_format = 4}},
      {"8 sub-layers", {.sub_layers = 8}},
      {"another NAL unit", {.header = 0x4001}},
      {"another layer", {.header = 0x4209}},
      {"a layer above 31", {.header = 0x4301}},
  };
  for (const auto& c : cases) EXPECT_EQ(hevc_sps_size(nal(c.sps)), std::nullopt) << c.name;
}

}  // namespace
}  // namespace rtmp::test
