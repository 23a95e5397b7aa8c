// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/mpeg_audio.h"

#include <gtest/gtest.h>

#include <string_view>

#include "bit_writer.h"
#include "wire.h"

namespace rtmp::test {
namespace {

using Version = MpegAudioHeader::Version;

TEST(MpegAudioHeader, IsReadAsEncodersWriteIt) {
  const struct {
    std::string_view frame;
    MpegAudioHeader header;
  } cases[] = {
      // Of LAME.
      {"FFFB94640000021C", {Version::k1, 3, 48000, 2, 1152}},
      {"FFFB50C400000A2C", {Version::k1, 3, 44100, 1, 1152}},
      {"FFFB786400000326", {Version::k1, 3, 32000, 2, 1152}},
      {"FFF340C400146886", {Version::k2, 3, 22050, 1, 576}},
      {"FFF36864000D5459", {Version::k2, 3, 16000, 2, 576}},
      {"FFE34064000A7C47", {Version::k2_5, 3, 11025, 2, 576}},
      {"FFE318C4000D2096", {Version::k2_5, 3, 8000, 1, 576}},
      {"FFFDE40488666677", {Version::k1, 2, 48000, 2, 1152}},  // of FFmpeg
      {"FFF56000", {Version::k2, 2, 22050, 2, 1152}},
      {"FFFF90C0", {Version::k1, 1, 44100, 1, 384}},
      {"FFFA0000", {Version::k1, 3, 44100, 2, 1152}},  // with a CRC, in the free format
  };
  for (const auto& c : cases) {
    const Bytes frame = wire(c.frame);
    EXPECT_EQ(read_mpeg_audio_header(frame), c.header) << c.frame;
    for (std::size_t size = 0; size < 4; ++size) EXPECT_FALSE(read_mpeg_audio_header(cut(frame, size)));
    EXPECT_EQ(read_mpeg_audio_header(cut(frame, 4)), c.header) << c.frame;
  }
}

TEST(MpegAudioHeader, HasNoReservedValues) {
  const auto header = [](unsigned sync, unsigned version, unsigned layer, unsigned bitrate, unsigned rate) {
    return BitWriter()
        .u(11, sync)
        .u(2, version)
        .u(2, layer)
        .u(1, 1)
        .u(4, bitrate)
        .u(2, rate)
        .u(10, 0)
        .bytes();
  };
  EXPECT_TRUE(read_mpeg_audio_header(header(0x7FF, 3, 1, 9, 0)));
  EXPECT_FALSE(read_mpeg_audio_header(header(0x7FE, 3, 1, 9, 0)));
  EXPECT_FALSE(read_mpeg_audio_header(header(0x3FF, 3, 1, 9, 0)));
  EXPECT_FALSE(read_mpeg_audio_header(header(0x7FF, 1, 1, 9, 0)));
  EXPECT_FALSE(read_mpeg_audio_header(header(0x7FF, 3, 0, 9, 0)));
  EXPECT_FALSE(read_mpeg_audio_header(header(0x7FF, 3, 1, 15, 0)));
  EXPECT_FALSE(read_mpeg_audio_header(header(0x7FF, 3, 1, 9, 3)));
}

}  // namespace
}  // namespace rtmp::test
