// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/colors.h"

#include <gtest/gtest.h>

#include <string_view>

#include "rtmp/limits.h"
#include "wire.h"

namespace rtmp::test {
namespace {

std::optional<Colors> colors(const Bytes& body) {
  TrackReader reader(read_media_header(TagType::kVideo, body), body);
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

TEST(Colors, HaveTheMasteringDisplayIfAllOfItIsSaid) {
  const std::string points =
      "0004'redX' 00 3FE0000000000000 0004'redY' 00 3FD0000000000000 0006'greenX' 00 3FD0000000000000"
      "0006'greenY' 00 3FE0000000000000 0005'blueX' 00 3FC0000000000000 0005'blueY' 00 3FB0000000000000"
      "000B'whitePointX' 00 3FD4000000000000 ";
  const std::string rest = "000C'maxLuminance' 00 408F400000000000 000C'minLuminance' 00 3FE0000000000000";
  const auto read = [](const std::string& display) {
    return colors("94 'hvc1' 02 0009'colorInfo' 03 0007'hdrMdcv' 03" + display + "000009 000009");
  };
  EXPECT_EQ(read(points + "000B'whitePointY' 00 3FD5000000000000" + rest)->mastering_display,
            (MasteringDisplay{{0.5, 0.25}, {0.25, 0.5}, {0.125, 0.0625}, {0.3125, 0.328125}, 1000, 0.5}));
  EXPECT_EQ(read(points + rest), Colors{});
  EXPECT_EQ(read(points + "000B'whitePointY' 00 3FF8000000000000" + rest), Colors{});  // 1.5
  EXPECT_EQ(read(points + "000B'whitePointY' 00 7FF8000000000000" + rest), Colors{});
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
