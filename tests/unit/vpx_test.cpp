// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/vpx.h"

#include <gtest/gtest.h>

#include <string_view>

#include "bit_writer.h"
#include "picture.h"
#include "wire.h"

namespace rtmp::test {
namespace {

constexpr VpxConfig kPlain{
    .profile = 0, .level = 10, .bit_depth = 8, .chroma = ChromaFormat::k420, .color = {}};
constexpr VpxConfig kDeep{.profile = 3,
                          .level = 10,
                          .bit_depth = 10,
                          .chroma = ChromaFormat::k422,
                          .color = {.matrix = 1, .full_range = true}};

TEST(VpxConfig, IsReadWithAndWithoutTheHeaderOfItsBox) {
  EXPECT_EQ(read_vpx_config(wire("01000000 000A82020202 0000")), kPlain);  // as FFmpeg writes it
  EXPECT_EQ(read_vpx_config(wire("01000000 030AA5020201 0000")), kDeep);
  EXPECT_EQ(read_vpx_config(wire("000A82020202 0000")), kPlain);
  EXPECT_EQ(read_vpx_config(wire("030AA5020201 0000")), kDeep);
  EXPECT_EQ(read_vpx_config(wire("010086020202 0000")),
            (VpxConfig{1, 0, 8, ChromaFormat::k444, ColorDescription{}}));
}

TEST(VpxConfig, IsMissingWhereItIsCutShort) {
  const Bytes boxed = wire("01000000 000A82020202"), bare = wire("000A82020202");
  for (std::size_t size = 0; size < boxed.size(); ++size)
    EXPECT_FALSE(read_vpx_config(cut(boxed, size))) << size;
  for (std::size_t size = 0; size < bare.size(); ++size)
    EXPECT_FALSE(read_vpx_config(cut(bare, size))) << size;
  EXPECT_EQ(read_vpx_config(boxed), kPlain);
  EXPECT_EQ(read_vpx_config(bare), kPlain);
}

TEST(VpxConfig, HasNoValuesThatThereAreNot) {
  EXPECT_FALSE(read_vpx_config(wire("040A82020202")));  // profile
  EXPECT_FALSE(read_vpx_config(wire("000A92020202")));  // bit depth
  EXPECT_FALSE(read_vpx_config(wire("000A02020202")));
  EXPECT_FALSE(read_vpx_config(wire("000A88020202")));  // subsampling
  EXPECT_TRUE(read_vpx_config(wire("000AC6020202")));
}

TEST(Vp8KeyFrame, HasTheSizeThatWasEncoded) {
  const Bytes frame = wire("104F00 9D012A B200 9200 000708858588");  // of libvpx
  const VpxKeyFrame key{.profile = 0, .picture = {.size = {178, 146}}};
  EXPECT_EQ(read_vp8_key_frame(frame), key);
  for (std::size_t size = 0; size < 10; ++size) EXPECT_FALSE(read_vp8_key_frame(cut(frame, size))) << size;
  EXPECT_EQ(read_vp8_key_frame(cut(frame, 10)), key);
  EXPECT_EQ(read_vp8_key_frame(wire("164F00 9D012A FFFF FF7F"))->picture.size, (VideoSize{16383, 16383}));
  EXPECT_EQ(read_vp8_key_frame(wire("164F00 9D012A FFFF FF7F"))->profile, 3);
  EXPECT_FALSE(read_vp8_key_frame(wire("114F00 9D012A B200 9200")));  // no key frame
  EXPECT_FALSE(read_vp8_key_frame(wire("104F00 9D012B B200 9200")));
  EXPECT_FALSE(read_vp8_key_frame(wire("104F00 9D012A 0000 9200")));
  EXPECT_FALSE(read_vp8_key_frame(wire("104F00 9D012A B200 0040")));
  EXPECT_FALSE(read_vp8_key_frame(wire("184F00 9D012A B200 9200")));  // version 4
}

TEST(Vp9KeyFrame, HasWhatWasEncoded) {
  const struct {
    const char* name;
    std::string_view frame;
    unsigned profile;
    ChromaFormat chroma;
    unsigned depth;
    ColorDescription color;
  } cases[] = {
      // Of libvpx.
      {"4:2:0", "82498342400B1009160438241C184A00", 0, ChromaFormat::k420, 8, {.matrix = 1}},
      {"4:4:4", "A24983424001620122C0870483830940", 1, ChromaFormat::k444, 8, {.matrix = 1}},
      {"4:2:2", "A24983424801620122C0870483830940", 1, ChromaFormat::k422, 8, {.matrix = 1}},
      {"4:4:0", "A24983424401620122C0070483830940", 1, ChromaFormat::k440, 8, {.matrix = 1}},
      {"4:2:0, 10 bits", "92498342200588048B031C120E0C2C00", 2, ChromaFormat::k420, 10, {.matrix = 1}},
      {"4:4:4, 12 bits", "B124C1A15000588048B041C120E0C2E0", 3, ChromaFormat::k444, 12, {.matrix = 1}},
      {"RGB",
       "A2498342E00B1009160238241C184A00",
       1,
       ChromaFormat::k444,
       8,
       {.matrix = 0, .full_range = true}},
      {"no colours", "82498342000B10091604", 0, ChromaFormat::k420, 8, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Bytes frame = wire(c.frame);
    const auto key = read_vp9_key_frame(frame);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->profile, c.profile);
    const auto depth = static_cast<std::uint8_t>(c.depth);
    EXPECT_EQ(key->picture, (PictureFormat{.size = {178, 146},
                                           .chroma = c.chroma,
                                           .bit_depth_luma = depth,
                                           .bit_depth_chroma = depth,
                                           .color = c.color}));
    for (std::size_t size = 0; size < 9; ++size) EXPECT_FALSE(read_vp9_key_frame(cut(frame, size))) << size;
    EXPECT_EQ(read_vp9_key_frame(cut(frame, 10)), key);
  }
}

TEST(Vp9KeyFrame, IsNoOtherFrame) {
  EXPECT_FALSE(read_vp9_key_frame(wire("86004092F0A14000 0000")));              // an inter frame of libvpx
  EXPECT_FALSE(read_vp9_key_frame(wire("8A49834200 0B1009160438")));            // shows another
  EXPECT_FALSE(read_vp9_key_frame(wire("4249834200 0B1009160438")));            // another marker
  EXPECT_FALSE(read_vp9_key_frame(wire("8249834300 0B1009160438")));            // another start code
  EXPECT_FALSE(read_vp9_key_frame(wire("82498342E0 0B1009160438")));            // RGB in profile 0
  EXPECT_FALSE(read_vp9_key_frame(wire("B924C1A15000588048B041C120")));         // a reserved bit
  EXPECT_FALSE(read_vp9_key_frame(wire("A24983424C 01620122C0870483830940")));  // 4:2:0 in profile 1
}

}  // namespace
}  // namespace rtmp::test
