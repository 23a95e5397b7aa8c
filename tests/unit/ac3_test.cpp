// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/ac3.h"

#include <gtest/gtest.h>

#include <string_view>

#include "bit_writer.h"
#include "wire.h"

namespace rtmp::test {
namespace {

struct Case {
  std::string_view frame;
  Ac3Header header;
};

// Of FFmpeg.
constexpr Case kAc3[] = {
    {"0B77D676144043E106F46370", {48000, 2, 1536}},
    {"0B771EF84C402F842BE1877B", {44100, 1, 1536}},
    {"0B775B309E40EBF8403E9D5F", {32000, 6, 1536}},
};
constexpr Case kEac3[] = {
    {"0B77017F3487C00020842108", {48000, 2, 1536}},
    {"0B7700CF7287C00021061870", {44100, 1, 1536}},
    {"0B77053FBF87C00000040000", {32000, 6, 1536}},
};

TEST(Ac3Header, IsReadAsEncodersWriteIt) {
  for (const Case& c : kAc3) {
    const Bytes frame = wire(c.frame);
    EXPECT_EQ(read_ac3_header(frame), c.header) << c.frame;
    EXPECT_FALSE(read_eac3_header(frame)) << c.frame;
    for (std::size_t size = 0; size < 7; ++size) EXPECT_FALSE(read_ac3_header(cut(frame, size))) << size;
    EXPECT_EQ(read_ac3_header(cut(frame, 8)), c.header) << c.frame;
  }
}

TEST(Eac3Header, IsReadAsEncodersWriteIt) {
  for (const Case& c : kEac3) {
    const Bytes frame = wire(c.frame);
    EXPECT_EQ(read_eac3_header(frame), c.header) << c.frame;
    EXPECT_FALSE(read_ac3_header(frame)) << c.frame;
    for (std::size_t size = 0; size < 6; ++size) EXPECT_FALSE(read_eac3_header(cut(frame, size))) << size;
    EXPECT_EQ(read_eac3_header(cut(frame, 6)), c.header) << c.frame;
  }
}

TEST(Ac3Header, HasTheChannelsOfItsMode) {
  constexpr int kChannels[] = {2, 1, 2, 3, 3, 4, 4, 5};
  constexpr int kMixingBits[] = {0, 0, 2, 2, 2, 4, 2, 4};
  for (unsigned mode = 0; mode < 8; ++mode) {
    for (const bool low_frequencies : {false, true}) {
      const Bytes frame = BitWriter()
                              .u(32, 0x0B770000)
                              .u(8, 0x14)
                              .u(8, 8 << 3)
                              .u(3, mode)
                              .u(kMixingBits[mode], 0)
                              .flag(low_frequencies)
                              .u(16, 0)
                              .bytes();
      const auto header = read_ac3_header(frame);
      ASSERT_TRUE(header) << mode;
      EXPECT_EQ(header->channels, kChannels[mode] + (low_frequencies ? 1 : 0)) << mode;
    }
  }
}

TEST(Ac3Header, HasAHalfOrAQuarterOfItsRateByItsIdentification) {
  const auto rate = [](unsigned code, unsigned size, unsigned id) {
    const auto header = read_ac3_header(
        BitWriter().u(32, 0x0B770000).u(2, code).u(6, size).u(5, id).u(3, 0).u(3, 1).u(13, 0).bytes());
    return header ? header->rate : 0;
  };
  EXPECT_EQ(rate(0, 20, 6), 48000u);
  EXPECT_EQ(rate(1, 20, 8), 44100u);
  EXPECT_EQ(rate(0, 20, 9), 24000u);
  EXPECT_EQ(rate(2, 20, 10), 8000u);
  EXPECT_EQ(rate(3, 20, 8), 0u);
  EXPECT_EQ(rate(0, 37, 8), 48000u);
  EXPECT_EQ(rate(0, 38, 8), 0u);
  EXPECT_EQ(rate(0, 20, 11), 0u);
}

TEST(Eac3Header, TellsItsBlocksOrAHalfRate) {
  const auto read = [](unsigned type, unsigned rate, unsigned blocks, unsigned id = 16) {
    return read_eac3_header(BitWriter()
                                .u(16, 0x0B77)
                                .u(2, type)
                                .u(14, 100)
                                .u(2, rate)
                                .u(2, blocks)
                                .u(3, 7)
                                .flag(true)
                                .u(5, id)
                                .u(3, 0)
                                .bytes());
  };
  EXPECT_EQ(read(0, 0, 0), (Ac3Header{48000, 6, 256}));
  EXPECT_EQ(read(1, 1, 1), (Ac3Header{44100, 6, 512}));
  EXPECT_EQ(read(2, 2, 2), (Ac3Header{32000, 6, 768}));
  EXPECT_EQ(read(0, 3, 0), (Ac3Header{24000, 6, 1536}));
  EXPECT_EQ(read(0, 3, 1), (Ac3Header{22050, 6, 1536}));
  EXPECT_EQ(read(0, 3, 2), (Ac3Header{16000, 6, 1536}));
  EXPECT_FALSE(read(0, 3, 3));
  EXPECT_FALSE(read(3, 0, 0));
  EXPECT_FALSE(read(0, 0, 0, 10));
  EXPECT_FALSE(read(0, 0, 0, 17));
  EXPECT_FALSE(read_eac3_header(wire("0B78017F3487C000")));
}

}  // namespace
}  // namespace rtmp::test
