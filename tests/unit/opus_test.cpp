// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/opus.h"

#include <gtest/gtest.h>

#include <string_view>

#include "wire.h"

namespace rtmp::test {
namespace {

Bytes mapping_of(const OpusConfig& config) {
  return {config.mapping.begin(), config.mapping.begin() + config.channels};
}

TEST(OpusConfig, IsReadAsEncodersWriteIt) {
  const struct {
    const char* name;
    std::string_view head;
    int channels, family, streams, coupled;
    std::string_view mapping;
  } cases[] = {
      // Of libopus, by FFmpeg.
      {"mono", "'OpusHead' 01 01 3801 80BB0000 0000 00", 1, 0, 1, 0, "00"},
      {"stereo", "'OpusHead' 01 02 3801 80BB0000 0000 00", 2, 0, 1, 1, "00 01"},
      {"5.1", "'OpusHead' 01 06 3801 80BB0000 0000 01 04 02 000401020305", 6, 1, 4, 2, "000401020305"},
      {"7.1", "'OpusHead' 01 08 3801 80BB0000 0000 01 05 03 0006010203040507", 8, 1, 5, 3,
       "0006010203040507"},
      // By hand.
      {"not defined", "'OpusHead' 01 03 3801 80BB0000 0000 FF 03 00 0001FF", 3, 255, 3, 0, "0001FF"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Bytes head = wire(c.head);
    const auto config = read_opus_config(head);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->channels, c.channels);
    EXPECT_EQ(config->pre_skip, 312);
    EXPECT_EQ(config->input_rate, 48000u);
    EXPECT_EQ(config->output_gain, 0);
    EXPECT_EQ(config->mapping_family, c.family);
    EXPECT_EQ(config->stream_count, c.streams);
    EXPECT_EQ(config->coupled_count, c.coupled);
    EXPECT_EQ(mapping_of(*config), wire(c.mapping));
    for (std::size_t size = 0; size < head.size(); ++size) EXPECT_FALSE(read_opus_config(cut(head, size)));
    Bytes longer = head;
    longer.push_back(0);
    EXPECT_EQ(read_opus_config(longer), config);
  }
}

TEST(OpusConfig, HasItsNumbersWithTheLeastByteFirst) {
  const auto config = read_opus_config(wire("'OpusHead' 0F 01 0102 03040506 00FF 00"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->pre_skip, 0x0201);
  EXPECT_EQ(config->input_rate, 0x06050403u);
  EXPECT_EQ(config->output_gain, -256);
}

TEST(OpusConfig, IsStereoWhereThereIsNone) {
  EXPECT_FALSE(read_opus_config({}));
  const OpusConfig config;
  EXPECT_EQ(config.channels, 2);
  EXPECT_EQ(config.stream_count, 1);
  EXPECT_EQ(config.coupled_count, 1);
  EXPECT_EQ(mapping_of(config), wire("00 01"));
}

TEST(OpusConfig, HasNoContradictions) {
  const struct {
    const char* name;
    std::string_view head;
  } cases[] = {
      {"another signature", "'OpusTags' 01 02 3801 80BB0000 0000 00"},
      {"another major version", "'OpusHead' 10 02 3801 80BB0000 0000 00"},
      {"no channels", "'OpusHead' 01 00 3801 80BB0000 0000 00"},
      {"three channels in family 0", "'OpusHead' 01 03 3801 80BB0000 0000 00"},
      {"nine channels in family 1", "'OpusHead' 01 09 3801 80BB0000 0000 01 09 00 000102030405060708"},
      {"no streams", "'OpusHead' 01 01 3801 80BB0000 0000 01 00 00 FF"},
      {"more coupled streams than streams", "'OpusHead' 01 02 3801 80BB0000 0000 01 01 02 0001"},
      {"more channels than numbers", "'OpusHead' 01 02 3801 80BB0000 0000 FF FF 01 0001"},
      {"a channel beyond the streams", "'OpusHead' 01 02 3801 80BB0000 0000 01 01 01 0002"},
      {"projection", "'OpusHead' 01 01 3801 80BB0000 0000 03 01 00 0000"},
  };
  for (const auto& c : cases) EXPECT_FALSE(read_opus_config(wire(c.head))) << c.name;
}

}  // namespace
}  // namespace rtmp::test
