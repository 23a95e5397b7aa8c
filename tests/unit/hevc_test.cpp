// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/hevc.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

#include "picture.h"
#include "wire.h"

namespace rtmp::test {
namespace {

constexpr std::string_view kVps = "40010C01FFFF01600000030090000003000003003C959809";
constexpr std::string_view kSps =
    "42010101600000030090000003000003003CA00A080F165959A4932BC05A020000030002000003003210";
constexpr std::string_view kPps = "4401C172B46240";
constexpr PictureFormat kPicture{.size = {320, 240},
                                 .pixel_aspect_ratio = Ratio{1, 1},
                                 .frame_rate = Ratio{25, 1},
                                 .color = ColorDescription{}};

// As FFmpeg 7.1 sent it, without its SEI.
const Bytes kRecorded =
    join({wire("01 01 60000000 900000000000 3C F000 FC FD F8 F8 0000 0F 03"), wire("20 0001 0018"),
          wire(kVps), wire("21 0001 002A"), wire(kSps), wire("22 0001 0007"), wire(kPps)});

using Arrays = std::vector<std::pair<unsigned, std::vector<Bytes>>>;
constexpr unsigned kOfVps = 32, kOfSps = 33, kOfPps = 34, kComplete = 0x80;

Bytes record(const Arrays& arrays) {
  Bytes bytes = join({wire("01 01 60000000 900000000000 5D F000 FC FD F8 F8 0000 0F"),
                      {static_cast<std::uint8_t>(arrays.size())}});
  for (const auto& [type, units] : arrays) {
    bytes = join({bytes, {static_cast<std::uint8_t>(type), 0, static_cast<std::uint8_t>(units.size())}});
    for (const Bytes& unit : units) bytes = join({bytes, {0, static_cast<std::uint8_t>(unit.size())}, unit});
  }
  return bytes;
}

TEST(HevcConfig, HasWhatTheEncoderSaid) {
  const auto config = read_hevc_config(kRecorded);
  ASSERT_TRUE(config);
  EXPECT_EQ(to_bytes(config->profile_tier_level), wire("01 60000000 900000000000 3C"));
  EXPECT_EQ(config->nal_length_size, 4);
  EXPECT_TRUE(config->has_sps);
  EXPECT_TRUE(config->has_all_sets);
  EXPECT_FALSE(config->sets_are_complete);
  EXPECT_EQ(config->picture, kPicture);
}

TEST(HevcConfig, HasWhatIsWholeWhereItIsCutShort) {
  const std::size_t sps_end = 23 + 5 + wire(kVps).size() + 5 + wire(kSps).size();
  for (std::size_t size = 0; size <= kRecorded.size(); ++size) {
    SCOPED_TRACE(size);
    const auto config = read_hevc_config(cut(kRecorded, size));
    ASSERT_EQ(config.has_value(), size >= 23);
    if (!config) continue;
    EXPECT_EQ(config->has_sps, size >= sps_end);
    EXPECT_EQ(config->has_all_sets, size == kRecorded.size());
    EXPECT_EQ(config->picture, size >= sps_end ? std::optional(kPicture) : std::nullopt);
  }
}

TEST(HevcConfig, DescribesThePicturesOfTheFirstSequenceParameterSet) {
  const Bytes vps = wire(kVps), sps = wire(kSps);
  const Bytes other =
      wire("4201010408000003009E0800000300001E9002440E38E8432CACA94985E02D010000030001000003001908");
  const Arrays with_it[] = {
      {{kOfSps, {sps}}},
      {{kOfVps, {vps, vps}}, {kComplete | kOfSps, {sps, other}}, {kOfPps, {vps}}},
      {{kOfSps, {}}, {kOfSps, {sps}}, {kOfSps, {other}}},
  };
  for (const Arrays& arrays : with_it) EXPECT_EQ(read_hevc_config(record(arrays))->picture, kPicture);
  const Arrays without[] = {{}, {{kOfVps, {sps}}}, {{kOfSps, {}}}, {{kOfSps, {Bytes{}}}}, {{kOfSps, {vps}}}};
  for (const Arrays& arrays : without) EXPECT_FALSE(read_hevc_config(record(arrays))->picture);
  Bytes fewer = record({{kOfVps, {vps}}, {kOfSps, {sps}}});
  fewer[22] = 1;  // arrays
  EXPECT_FALSE(read_hevc_config(fewer)->picture);
}

TEST(HevcConfig, SaysWhetherItHasAllParameterSets) {
  const std::vector<Bytes> vps = {wire(kVps)}, sps = {wire(kSps)}, pps = {wire(kPps)};
  const struct {
    const char* name;
    Arrays arrays;
    bool has_all, are_complete;
  } cases[] = {
      {"none", {}, false, false},
      {"all, complete", {{160, vps}, {161, sps}, {162, pps}}, true, true},
      {"and SEI that is not", {{160, vps}, {161, sps}, {162, pps}, {39, {wire("4E01")}}}, true, true},
      {"one may be followed by others", {{160, vps}, {33, sps}, {162, pps}}, true, false},
      {"no picture parameter sets", {{160, vps}, {161, sps}}, false, false},
      {"an empty array of them", {{160, vps}, {161, sps}, {162, {}}}, false, true},
      {"empty ones", {{160, vps}, {161, sps}, {162, {Bytes{}}}}, false, true},
  };
  for (const auto& c : cases) {
    const auto config = read_hevc_config(record(c.arrays));
    ASSERT_TRUE(config) << c.name;
    EXPECT_EQ(config->has_all_sets, c.has_all) << c.name;
    EXPECT_EQ(config->sets_are_complete, c.are_complete) << c.name;
  }
}

TEST(HevcConfig, HasLengthsOfOneTwoOrFourBytes) {
  Bytes bytes = kRecorded;
  for (int size = 1; size <= 4; ++size) {
    bytes[21] = static_cast<std::uint8_t>(0x0C | (size - 1));
    const auto config = read_hevc_config(bytes);
    ASSERT_EQ(config.has_value(), size != 3);
    if (!config) continue;
    EXPECT_EQ(config->nal_length_size, size);
  }
}

TEST(HevcConfig, IsNotAnotherVersionNorAStartCode) {
  Bytes bytes = kRecorded;
  bytes[0] = 0;
  EXPECT_TRUE(read_hevc_config(bytes));
  bytes[0] = 2;
  EXPECT_FALSE(read_hevc_config(bytes));
  EXPECT_FALSE(read_hevc_config(join({wire("000001"), wire(kVps)})));
  EXPECT_FALSE(read_hevc_config(join({wire("00000001"), wire(kVps)})));
}

}  // namespace
}  // namespace rtmp::test
