// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/aac.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string_view>

#include "bit_writer.h"
#include "wire.h"

namespace rtmp {

void PrintTo(const AacConfig& c, std::ostream* out) {
  *out << "type " << int{c.object_type} << ", " << c.rate << " Hz, " << int{c.channels} << " channels, "
       << c.frame_samples << " samples, SBR " << c.sbr_rate.value_or(0)
       << (c.parametric_stereo ? ", PS" : "");
}

namespace test {
namespace {

constexpr AacConfig lc(std::uint32_t rate, std::uint8_t channels) {
  return {.object_type = 2, .rate = rate, .channels = channels, .frame_samples = 1024};
}

AacConfig with_sbr(AacConfig config, std::uint32_t rate, bool parametric_stereo = false) {
  config.sbr_rate = rate;
  config.parametric_stereo = parametric_stereo;
  return config;
}

TEST(AacConfig, IsReadAsPublishersSendIt) {
  const struct {
    const char* name;
    std::string_view config;
    AacConfig expected;
  } cases[] = {
      {"GStreamer", "1190", lc(48000, 2)},
      {"FFmpeg 5.1, which says that there is no SBR", "119056E500", lc(48000, 2)},
      {"FFmpeg 9.0, 5.1", "11B056E500", lc(48000, 6)},
      {"44.1 kHz", "1210", lc(44100, 2)},
      {"mono at 8 kHz", "1588", lc(8000, 1)},
      {"AAC Main", "0A10", {.object_type = 1, .rate = 44100, .channels = 2, .frame_samples = 1024}},
      {"960 samples", "1194", {.object_type = 2, .rate = 48000, .channels = 2, .frame_samples = 960}},
      {"HE-AAC, told in front", "2B11 8800", with_sbr(lc(24000, 2), 48000)},
      {"HE-AAC v2, told in front", "EB098800", with_sbr(lc(24000, 1), 48000, true)},
      {"HE-AAC, told behind", "131056E598", with_sbr(lc(24000, 2), 48000)},
      {"HE-AAC v2, told behind", "130856E59D4880", with_sbr(lc(24000, 1), 48000, true)},
      {"PS told behind to be missing", "130856E59D4800", with_sbr(lc(24000, 1), 48000, false)},
  };
  for (const auto& c : cases) EXPECT_EQ(read_aac_config(wire(c.config)), c.expected) << c.name;
}

Bytes simple(unsigned rate_index, unsigned channels) {
  return BitWriter().u(5, 2).u(4, rate_index).u(4, channels).u(3, 0).bytes();
}

TEST(AacConfig, HasEachRateOfTheTable) {
  constexpr std::uint32_t kRates[16] = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050,
                                        16000, 12000, 11025, 8000,  7350,  0,     0,     0};
  for (unsigned index = 0; index < 15; ++index) {
    const auto config = read_aac_config(simple(index, 2));
    ASSERT_EQ(config.has_value(), kRates[index] != 0) << index;
    if (!config) continue;
    EXPECT_EQ(config->rate, kRates[index]);
  }
}

TEST(AacConfig, MayEscapeItsRateAndItsType) {
  const auto escaped = [](std::uint64_t rate) {
    return BitWriter().u(5, 2).u(4, 15).u(24, rate).u(4, 2).u(3, 0).bytes();
  };
  EXPECT_EQ(read_aac_config(escaped(44056)), lc(44056, 2));
  EXPECT_FALSE(read_aac_config(escaped(0)));
  // AAC-ELD, whose frames have 512 samples or 480.
  for (const bool is_short : {false, true}) {
    const Bytes eld = BitWriter().u(5, 31).u(6, 39 - 32).u(4, 3).u(4, 2).flag(is_short).u(12, 0).bytes();
    EXPECT_EQ(read_aac_config(eld),
              (AacConfig{.object_type = 39,
                         .rate = 48000,
                         .channels = 2,
                         .frame_samples = static_cast<std::uint16_t>(is_short ? 480 : 512)}));
  }
  const Bytes ld = BitWriter().u(5, 23).u(4, 3).u(4, 1).u(3, 0).u(2, 0).bytes();
  EXPECT_EQ(read_aac_config(ld)->frame_samples, 512);
  // SBR with an escaped rate.
  const Bytes sbr =
      BitWriter().u(5, 5).u(4, 15).u(24, 22000).u(4, 1).u(4, 15).u(24, 44000).u(5, 2).u(3, 0).bytes();
  EXPECT_EQ(read_aac_config(sbr), with_sbr(lc(22000, 1), 44000));
}

TEST(AacConfig, HasTheChannelsOfItsConfiguration) {
  constexpr int kChannels[16] = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0};
  for (unsigned configuration = 1; configuration < 16; ++configuration) {
    const auto config = read_aac_config(simple(3, configuration));
    ASSERT_EQ(config.has_value(), kChannels[configuration] != 0) << configuration;
    if (!config) continue;
    EXPECT_EQ(config->channels, kChannels[configuration]);
  }
}

// Its beginning, up to what elements there are: front, side, back, low frequencies, data, coupling.
BitWriter program(unsigned front, unsigned side, unsigned back, unsigned lfe, unsigned data = 0,
                  unsigned coupling = 0) {
  return BitWriter()
      .u(5, 2)
      .u(4, 3)
      .u(4, 0)
      .u(3, 0)
      .u(10, 0)
      .u(4, front)
      .u(4, side)
      .u(4, back)
      .u(2, lfe)
      .u(3, data)
      .u(4, coupling);
}

TEST(AacConfig, CountsTheChannelsOfAProgramConfigElement) {
  // A pair and one in front, a pair in the back, low frequencies: 5.1.
  const Bytes surround =
      program(2, 0, 1, 1).u(3, 0).u(5, 0).u(5, 16).u(5, 17).u(4, 0).align().u(8, 0).bytes();
  EXPECT_EQ(read_aac_config(surround), lc(48000, 6));
  for (std::size_t size = 0; size < surround.size(); ++size)
    EXPECT_FALSE(read_aac_config(cut(surround, size))) << size;

  // Mixdowns, data, coupling and a comment are passed over; what is behind them says that there is SBR.
  const Bytes all = program(1, 1, 0, 0, 1, 2)
                        .flag(true)
                        .u(4, 0)
                        .flag(true)
                        .u(4, 0)
                        .flag(true)
                        .u(3, 0)
                        .u(5, 16)
                        .u(5, 0)
                        .u(4, 0)
                        .u(10, 0)
                        .align()
                        .u(8, 3)
                        .u(24, 0xABCDEF)
                        .u(11, 0x2B7)
                        .u(5, 5)
                        .flag(true)
                        .u(4, 0)
                        .align()
                        .bytes();
  EXPECT_EQ(read_aac_config(all), with_sbr(lc(48000, 3), 96000));
  EXPECT_FALSE(read_aac_config(program(0, 0, 0, 0).u(3, 0).align().u(8, 0).bytes()));  // no channels
}

TEST(AacConfig, IsMissingWhereItIsCutShort) {
  EXPECT_FALSE(read_aac_config({}));
  EXPECT_FALSE(read_aac_config(wire("11")));
  for (const std::size_t size : {1u, 2u, 3u}) EXPECT_FALSE(read_aac_config(cut(wire("EB098800"), size - 1)));
  // An extension that is cut short is not there.
  for (std::size_t size = 2; size < 5; ++size)
    EXPECT_EQ(read_aac_config(cut(wire("131056E598"), size)), lc(24000, 2)) << size;
}

TEST(AacConfig, HasNoExtensionOfAReservedRate) {
  EXPECT_FALSE(read_aac_config(BitWriter().u(5, 5).u(4, 6).u(4, 2).u(4, 13).u(5, 2).u(3, 0).u(8, 0).bytes()));
  const Bytes behind =
      BitWriter().u(5, 2).u(4, 6).u(4, 2).u(3, 0).u(11, 0x2B7).u(5, 5).flag(true).u(4, 13).u(3, 0).bytes();
  EXPECT_EQ(read_aac_config(behind), lc(24000, 2));
}

}  // namespace
}  // namespace test
}  // namespace rtmp
