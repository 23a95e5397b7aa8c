// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/avc.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "bit_writer.h"
#include "picture.h"
#include "wire.h"

namespace rtmp::test {
namespace {

struct Case {
  const char* name;
  std::string_view record;
  unsigned profile, compatibility, level;
  PictureFormat picture;
};

constexpr Case kRecorded[] = {
    {"FFmpeg 5.1",
     "0164000DFFE100196764000DACD94141FB011000000300100000030320F142996001000468EFBCB0FDF8F800",
     0x64,
     0,
     13,
     {.size = {320, 240}, .pixel_aspect_ratio = Ratio{1, 1}, .frame_rate = Ratio{25, 1}}},
    {"rtmp2sink of GStreamer 1.22",
     "01F4000DFFE1001D67F4000D90D9B28283F602D4181819000003000100000300328F14299601000568EFB19219",
     0xF4,
     0,
     13,
     {.size = {320, 240},
      .chroma = ChromaFormat::k444,
      .bit_depth_luma = 10,
      .bit_depth_chroma = 10,
      .pixel_aspect_ratio = Ratio{1, 1},
      .frame_rate = Ratio{25, 1},
      .color = ColorDescription{6, 6, 6, false}}},
    {"OBS 29",
     "0164000DFFE1001B6764000DACD94141FB016A02020280000003008000001E478A14CB01000468EFBCB0",
     0x64,
     0,
     13,
     {.size = {320, 240},
      .pixel_aspect_ratio = Ratio{1, 1},
      .frame_rate = Ratio{30, 1},
      .color = ColorDescription{1, 1, 1, false}}},
    {"the second track of OBS 32",
     "014D400BFFE1001C674D400BECA1423F2E02D40404050000030001000003003C8F14299601000468EFBC80",
     0x4D,
     0x40,
     11,
     {.size = {160, 120},
      .pixel_aspect_ratio = Ratio{1, 1},
      .frame_rate = Ratio{30, 1},
      .color = ColorDescription{1, 1, 1, false}}},
    // Of x264, told to write these.
    {"BT.709 in the full range, pixels of 64:45, 29.97 frames",
     "0164000BFFE1001E6764000BACD942C4EFFC010000B5B808080A000007D20001D4C01E28532C01000668EBE3CB22C0FDF8F800",
     0x64,
     0,
     11,
     {.size = {176, 144},
      .pixel_aspect_ratio = Ratio{64, 45},
      .frame_rate = Ratio{30000, 1001},
      .color = ColorDescription{1, 1, 1, true}}},
    {"4:2:2 with 10 bits, BT.2020 with PQ",
     "017A000BFFE1001B677A000BB6CD942C4EC0DA848804A000007D20001D4C01E28532C001000668EBE3CB22C0FEFAFA00",
     0x7A,
     0,
     11,
     {.size = {176, 144},
      .chroma = ChromaFormat::k422,
      .bit_depth_luma = 10,
      .bit_depth_chroma = 10,
      .pixel_aspect_ratio = Ratio{10, 11},
      .frame_rate = Ratio{30000, 1001},
      .color = ColorDescription{9, 16, 9, false}}},
};

// A parameter set of Baseline, 320x240, up to its video usability information.
BitWriter begin_sps() {
  return BitWriter()
      .u(8, 0x67)
      .u(8, 66)
      .u(16, 0x001E)
      .ue(0)
      .ue(0)
      .ue(2)
      .ue(1)
      .flag(false)
      .ue(19)
      .ue(14)
      .flag(true)
      .flag(true)
      .flag(false);
}

constexpr VideoSize kSimple{320, 240};
const Bytes kPps = wire("68EF8FCB");

Bytes record(const std::vector<Bytes>& sps, const std::vector<Bytes>& pps) {
  Bytes bytes = join({wire("01 64001E FF"), {static_cast<std::uint8_t>(0xE0 | sps.size())}});
  for (const Bytes& set : sps) bytes = join({bytes, {0, static_cast<std::uint8_t>(set.size())}, set});
  bytes.push_back(static_cast<std::uint8_t>(pps.size()));
  for (const Bytes& set : pps) bytes = join({bytes, {0, static_cast<std::uint8_t>(set.size())}, set});
  return bytes;
}

TEST(AvcConfig, HasWhatTheEncoderWasToldToMake) {
  for (const Case& c : kRecorded) {
    SCOPED_TRACE(c.name);
    const auto config = read_avc_config(wire(c.record));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->profile, c.profile);
    EXPECT_EQ(config->compatibility, c.compatibility);
    EXPECT_EQ(config->level, c.level);
    EXPECT_EQ(config->nal_length_size, 4);
    EXPECT_TRUE(config->has_sps);
    EXPECT_TRUE(config->has_pps);
    EXPECT_EQ(config->picture, c.picture);
  }
}

TEST(AvcConfig, HasWhatIsWholeWhereItIsCutShort) {
  for (const Case& c : kRecorded) {
    SCOPED_TRACE(c.name);
    const Bytes whole = wire(c.record);
    const std::size_t sps_end = 8u + whole[7];
    const std::size_t pps_end = sps_end + 3 + whole[sps_end + 2];
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      SCOPED_TRACE(size);
      const auto config = read_avc_config(cut(whole, size));
      ASSERT_EQ(config.has_value(), size >= 6);
      if (!config) continue;
      EXPECT_EQ(config->has_sps, size >= sps_end);
      EXPECT_EQ(config->has_pps, size >= pps_end);
      EXPECT_EQ(config->picture, size >= sps_end ? std::optional(c.picture) : std::nullopt);
    }
  }
}

TEST(AvcConfig, DescribesThePicturesOfTheFirstSequenceParameterSet) {
  const Bytes simple = begin_sps().flag(false).nal();
  const Bytes other = wire("67640028ACD940780227E5C044000003000400000300C83C60C658");
  EXPECT_EQ(read_avc_config(record({simple, other}, {kPps}))->picture, PictureFormat{kSimple});
  EXPECT_EQ(read_avc_config(record({kPps, simple}, {kPps}))->picture, PictureFormat{kSimple});
}

TEST(AvcConfig, SaysWhichParameterSetsItHas) {
  const Bytes sps = begin_sps().flag(false).nal();
  const struct {
    const char* name;
    Bytes record;
    bool has_sps, has_pps;
  } cases[] = {
      {"none", record({}, {}), false, false},
      {"both", record({sps}, {kPps}), true, true},
      {"several", record({sps, sps}, {kPps, kPps, kPps}), true, true},
      {"a picture parameter set alone", record({}, {kPps}), false, true},
      {"empty ones", record({Bytes{}}, {Bytes{}}), false, false},
      {"each in the place of the other", record({kPps}, {sps}), false, false},
  };
  for (const auto& c : cases) {
    const auto config = read_avc_config(c.record);
    ASSERT_TRUE(config) << c.name;
    EXPECT_EQ(config->has_sps, c.has_sps) << c.name;
    EXPECT_EQ(config->has_pps, c.has_pps) << c.name;
    EXPECT_EQ(config->picture.has_value(), c.has_sps) << c.name;
  }
}

TEST(AvcConfig, HasLengthsOfOneTwoOrFourBytes) {
  Bytes bytes = record({}, {});
  for (int size = 1; size <= 4; ++size) {
    bytes[4] = static_cast<std::uint8_t>(0xFC | (size - 1));
    const auto config = read_avc_config(bytes);
    ASSERT_EQ(config.has_value(), size != 3);
    if (!config) continue;
    EXPECT_EQ(config->nal_length_size, size);
  }
}

TEST(AvcConfig, IsNotAnotherVersionNorAStartCode) {
  EXPECT_FALSE(read_avc_config(wire("00 00 00 01 67 64 00 1E")));
  EXPECT_FALSE(read_avc_config(wire("02 64 00 1E FF E0 00")));
}

TEST(AvcConfig, LeavesOutWhatTheDisplayInformationDoesNotTell) {
  const auto read = [](const BitWriter& sps) { return read_avc_config(record({sps.nal()}, {}))->picture; };
  const auto timed = [](std::uint64_t tick, std::uint64_t scale) {
    return begin_sps().flag(true).u(4, 0).flag(true).u(32, tick).u(32, scale).flag(true);
  };
  const auto shaped = [](std::uint64_t idc) { return begin_sps().flag(true).flag(true).u(8, idc); };
  const PictureFormat plain{kSimple};
  EXPECT_EQ(read(begin_sps().flag(true).u(4, 0).flag(false)), plain);
  EXPECT_EQ(read(timed(0, 50)), plain);
  EXPECT_EQ(read(timed(1, 0)), plain);
  EXPECT_EQ(read(timed(1, 50))->frame_rate, (Ratio{25, 1}));
  EXPECT_EQ(read(timed(1, 25))->frame_rate, (Ratio{25, 2}));
  EXPECT_EQ(read(timed(1, 1998))->frame_rate, (Ratio{999, 1}));
  EXPECT_EQ(read(timed(1, 2000))->frame_rate, std::nullopt);    // the clock of timestamps, as FFmpeg has it
  EXPECT_EQ(read(timed(1, 180000))->frame_rate, std::nullopt);  // the same of MPEG
  EXPECT_EQ(read(timed(0xFFFFFFFF, 0xFFFFFFFE))->frame_rate, std::nullopt);  // too large for a fraction
  EXPECT_EQ(read(timed(0xFFFFFFFE, 0xFFFFFFFE))->frame_rate, (Ratio{1, 2}));
  EXPECT_EQ(read(shaped(0).u(3, 0)), plain);
  EXPECT_EQ(read(shaped(17).u(3, 0)), plain);
  EXPECT_EQ(read(shaped(16).u(3, 0))->pixel_aspect_ratio, (Ratio{2, 1}));
  EXPECT_EQ(read(shaped(255).u(16, 0).u(16, 1).u(3, 0)), plain);
  EXPECT_EQ(read(shaped(255).u(16, 1).u(16, 0).u(3, 0)), plain);
  EXPECT_EQ(read(shaped(255).u(16, 30).u(16, 20).u(3, 0))->pixel_aspect_ratio, (Ratio{3, 2}));
  // A range without a description of the colours. Overscan and the place of chroma samples are passed over.
  const auto ranged =
      begin_sps().flag(true).flag(false).u(2, 3).flag(true).u(3, 5).u(2, 2).flag(true).ue(1).ue(2);
  const auto picture = read(BitWriter(ranged).flag(true).u(32, 1).u(32, 100).flag(false));
  EXPECT_EQ(picture->color, (ColorDescription{2, 2, 2, true}));
  EXPECT_EQ(picture->frame_rate, (Ratio{50, 1}));
}

}  // namespace
}  // namespace rtmp::test
