// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hevc_sps.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <ostream>
#include <string_view>
#include <vector>

#include "bit_writer.h"
#include "rtmp/limits.h"
#include "wire.h"

namespace rtmp {

void PrintTo(const VideoSize& size, std::ostream* out) { *out << size.width << "x" << size.height; }

namespace test {
namespace {

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

using Array = std::vector<Bytes>;
constexpr unsigned kVps = 32, kSps = 33, kSpsComplete = 0x80 | 33;

Bytes record(const std::vector<std::pair<unsigned, Array>>& arrays) {
  Bytes bytes = join({wire("01 01 60000000 900000000000 5D F000 FC FD F8 F8 0000 0F"),
                      {static_cast<std::uint8_t>(arrays.size())}});
  for (const auto& [type, units] : arrays) {
    bytes = join({bytes, {static_cast<std::uint8_t>(type), 0, static_cast<std::uint8_t>(units.size())}});
    for (const Bytes& unit : units) bytes = join({bytes, {0, static_cast<std::uint8_t>(unit.size())}, unit});
  }
  return bytes;
}

TEST(HevcSps, HasTheSizeThatWasEncoded) {
  for (const Case& c : kEncoded) EXPECT_EQ(hevc_sps_size(wire(c.nal)), c.size) << c.name;
}

TEST(HevcSps, IsTheFirstOfItsRecord) {
  const Bytes vps = wire("40010C01FFFF"), other = wire(kEncoded[2].nal);
  EXPECT_EQ(hevc_record_size(record({{kSps, {nal({})}}})), kSimple);
  EXPECT_EQ(hevc_record_size(record({{kVps, {vps, vps}}, {kSpsComplete, {nal({}), other}}, {34, {vps}}})),
            kSimple);
  EXPECT_EQ(hevc_record_size(record({{kSps, {}}, {kSps, {nal({})}}, {kSps, {other}}})), kSimple);
}

TEST(HevcSps, IsMissingFromARecordThatDoesNotHoldIt) {
  EXPECT_FALSE(hevc_record_size(record({})));
  EXPECT_FALSE(hevc_record_size(record({{kVps, {nal({})}}})));
  EXPECT_FALSE(hevc_record_size(record({{kSps, {}}})));
  EXPECT_FALSE(hevc_record_size(record({{kSps, {Bytes{}}}})));
  const Bytes whole = record({{kVps, {wire("40010C01FFFF")}}, {kSps, {nal({})}}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(hevc_record_size(cut(whole, size))) << size;
  Bytes fewer = whole;
  fewer[22] = 1;  // arrays
  EXPECT_FALSE(hevc_record_size(fewer));
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
}  // namespace test
}  // namespace rtmp
