// SPDX-License-Identifier: LGPL-2.1-or-later
#include "header_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace rtmp {
namespace {

void expect_same(const MediaHeader& a, const MediaHeader& b) {
  EXPECT_EQ(a.media, b.media);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.content, b.content);
  EXPECT_EQ(a.tracks, b.tracks);
  EXPECT_EQ(a.codec_id, b.codec_id);
  EXPECT_EQ(a.first_track, b.first_track);
  EXPECT_EQ(a.extended, b.extended);
  EXPECT_EQ(a.malformed, b.malformed);
  EXPECT_EQ(a.disposable, b.disposable);
  EXPECT_EQ(a.composed, b.composed);
  EXPECT_EQ(a.has_nano_offset, b.has_nano_offset);
  EXPECT_EQ(a.nano_offset, b.nano_offset);
  EXPECT_EQ(a.size, b.size);
}

// Every pair of first bytes and every length up to one that no header has any more, each behind many others.
// Few values for the first bytes make most bodies begin like one of the last; all values come, too.
TEST(HeaderReader, ReadsEachHeaderAsIfItWereTheFirst) {
  std::minstd_rand random(1);
  const std::vector<std::uint8_t> few{0x17, 0x27, 0xAF, 0x90, 0x91, 0x00, 0x01, 0x02, 0x57, 0xD7};
  HeaderReader reader;
  for (int i = 0; i < 200'000; ++i) {
    std::vector<std::uint8_t> body(random() % 12);
    for (auto& byte : body)
      byte = random() % 4 > 0 ? few[random() % few.size()] : static_cast<std::uint8_t>(random());
    const TagType media = random() % 2 == 0 ? TagType::kAudio : TagType::kVideo;
    // More than one read in turn, so that the same header is asked for again.
    for (int again = 0; again < 2; ++again)
      expect_same(reader.read(media, body), read_media_header(media, body));
    if (::testing::Test::HasFailure()) FAIL() << "body " << i;
  }
}

}  // namespace
}  // namespace rtmp
