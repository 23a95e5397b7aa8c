// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/colors.h"

#include <gtest/gtest.h>

#include <string_view>

#include "rtmp/limits.h"
#include "wire.h"

namespace rtmp::test {
namespace {

std::optional<Colors> colors(const Bytes& body) {
  TrackReader reader(TagType::kVideo, body);
  const auto packet = reader.next();
  return packet ? read_colors(*packet) : std::nullopt;
}
std::optional<Colors> colors(std::string_view notation) { return colors(wire(notation)); }

TEST(Colors, AreReadFromColorInfo) {
  EXPECT_EQ(
      colors(
          "94 'hvc1' 02 0009'colorInfo' 03"
          "000B'colorConfig' 03 0008'bitDepth' 00 4024000000000000"
          "  000E'colorPrimaries' 00 4022000000000000"
          "  0017'transferCharacteristics' 00 4030000000000000"
          "  0012'matrixCoefficients' 00 4022000000000000 000009"
          "0006'hdrCll' 08 00000002 0007'maxFall' 00 4079000000000000 0006'maxCLL' 00 408F400000000000 000009"
          "0007'hdrMdcv' 03 0004'redX' 00 3FE5C28F5C28F5C3 000009 000009"),
      (Colors{.bit_depth = 10,
              .primaries = 9,
              .transfer = 16,
              .matrix = 9,
              .max_content_light = 1000,
              .max_frame_average_light = 400}));
}

TEST(Colors, MaySayNothing) {
  // FFmpeg's, before the first frame; and what takes it all back.
  EXPECT_EQ(colors("D4 'hvc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 000009 000009"), Colors{});
  EXPECT_EQ(colors("94 'hvc1' 02 0009'colorInfo' 06"), Colors{});
  EXPECT_EQ(colors("94 'hvc1' 02 0009'colorInfo' 05"), Colors{});
}

TEST(Colors, ThatCannotBeAreLeftOut) {
  for (const char* number :
       {"7FF8000000000000", "BFF0000000000000", "41F0000000000000", "7FF0000000000000"}) {
    const Bytes body = join({wire("94 'hvc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 0008'bitDepth' 00"),
                             wire(number), wire("000009 000009")});
    EXPECT_EQ(colors(body), Colors{}) << number;
  }
}

TEST(Colors, AreNotInWhatCannotBeDecoded) {
  const Bytes whole = wire("94 'hvc1' 02 0009'colorInfo' 03 000B'colorConfig' 03 000009 000009");
  for (std::size_t size = 0; size < 17; ++size) EXPECT_FALSE(colors(cut(whole, size))) << size;
  EXPECT_FALSE(colors("94 'hvc1' 02 0009'colourIn' 06"));
  EXPECT_FALSE(colors("94 'hvc1' 02 0009'somewhere' 06"));
  EXPECT_FALSE(colors("94 'hvc1' 05"));
  EXPECT_FALSE(colors(join({wire("94 'hvc1' 02 0009'colorInfo' 06"), Bytes(limits::kMaxMetadata)})));
}

TEST(Colors, AreInNoOtherPacket) {
  for (const char* head : {"90", "93", "92", "95", "9F"})
    EXPECT_FALSE(colors(join({wire(head), wire("'av01' 02 0009'colorInfo' 06")}))) << head;
}

}  // namespace
}  // namespace rtmp::test
