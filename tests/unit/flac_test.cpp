// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/flac.h"

#include <gtest/gtest.h>

#include <string_view>

#include "bit_writer.h"
#include "wire.h"

namespace rtmp::test {
namespace {

// Of FFmpeg: 96 kHz, two channels of 24 bits; 44.1 kHz, one of 16.
const Bytes kStereo = wire("2000 2000 0010DF 001EA9 177003700000 7080 AFD071BCF8488BEE98B5E823890119B4");
const Bytes kMono = wire("1200 1200 000449 0004DE 0AC440F00000 33AE CD36F8AB0A878DA30B37B9EFB6C64D51");

TEST(FlacConfig, IsReadAsEncodersWriteIt) {
  const auto stereo = read_flac_config(kStereo), mono = read_flac_config(kMono);
  ASSERT_TRUE(stereo && mono);
  EXPECT_EQ(stereo->min_block, 8192);
  EXPECT_EQ(stereo->max_block, 8192);
  EXPECT_EQ(stereo->rate, 96000u);
  EXPECT_EQ(stereo->channels, 2);
  EXPECT_EQ(stereo->bit_depth, 24);
  EXPECT_EQ(to_bytes(stereo->stream_info), kStereo);
  EXPECT_EQ(mono->min_block, 4608);
  EXPECT_EQ(mono->rate, 44100u);
  EXPECT_EQ(mono->channels, 1);
  EXPECT_EQ(mono->bit_depth, 16);
  EXPECT_EQ(to_bytes(mono->stream_info), kMono);
}

TEST(FlacConfig, MayBeBareOrInABlockOrBehindItsSignature) {
  for (const Bytes& info : {kStereo, kMono}) {
    const auto config = read_flac_config(info);
    const Bytes forms[] = {
        join({wire("00 000022"), info}),
        join({wire("80 000022"), info}),
        join({wire("'fLaC' 80 000022"), info}),
        join({wire("'fLaC' 00 000022"), info, wire("84 000004 00000000")}),  // a comment behind it
        join({wire("'fLaC'"), info}),
    };
    for (const Bytes& form : forms) {
      EXPECT_EQ(read_flac_config(form), config);
      for (std::size_t size = 0; size < form.size(); ++size) {
        const auto read = read_flac_config(cut(form, size));
        EXPECT_TRUE(!read || read == config) << size;  // what is cut off may be behind it
      }
    }
    for (std::size_t size = 0; size < info.size(); ++size) EXPECT_FALSE(read_flac_config(cut(info, size)));
  }
  EXPECT_FALSE(read_flac_config(join({wire("'fLaC' 84 000022"), kStereo})));  // a comment in front
}

TEST(FlacConfig, HasItsValuesInTheirRanges) {
  const auto block = [](unsigned min, unsigned max, unsigned rate, unsigned channels, unsigned depth) {
    return BitWriter()
        .u(16, min)
        .u(16, max)
        .u(48, 0)
        .u(20, rate)
        .u(3, channels - 1)
        .u(5, depth - 1)
        .u(36, 0)
        .u(64, 0)
        .u(64, 0)
        .bytes();
  };
  const auto most = read_flac_config(block(16, 65535, 0xFFFFF, 8, 32));
  ASSERT_TRUE(most);
  EXPECT_EQ(most->rate, 0xFFFFFu);
  EXPECT_EQ(most->channels, 8);
  EXPECT_EQ(most->bit_depth, 32);
  EXPECT_TRUE(read_flac_config(block(16, 16, 1, 1, 4)));
  EXPECT_FALSE(read_flac_config(block(15, 16, 1, 1, 4)));
  EXPECT_FALSE(read_flac_config(block(17, 16, 1, 1, 4)));
  EXPECT_FALSE(read_flac_config(block(16, 16, 0, 1, 4)));
  EXPECT_FALSE(read_flac_config(block(16, 16, 1, 1, 3)));
}

}  // namespace
}  // namespace rtmp::test
