// SPDX-License-Identifier: LGPL-2.1-or-later
// Of random streams, which hold all that FLV and Enhanced RTMP allow and much that they do not, eflvdemux
// gives each coded frame that an independent reader of tags lists, byte for byte and with its times.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "demux_harness.h"
#include "flv_lister.h"
#include "random_stream.h"

namespace rtmp::test {
namespace {

using Frames = std::map<std::string, std::vector<ListedFrame>>;  // by the name of the pad

Frames listed(const std::vector<RandomTag>& tags) {
  Frames all;
  for (const RandomTag& tag : tags) {
    if (tag.left_out) continue;
    for (ListedFrame& frame : list_frames(tag.sent.tag())) {
      const std::int64_t higher = tag.time - tag.sent.timestamp;  // what 32 bits do not hold, in ms
      frame.dts += higher * std::int64_t{GST_MSECOND};
      frame.pts = std::max(std::int64_t{0}, frame.pts + higher * std::int64_t{GST_MSECOND});
      all[frame.track].push_back(std::move(frame));
    }
  }
  return all;
}

// A track that changes its codec has several pads, one after the other.
Frames demuxed(DemuxHarness& demux) {
  Frames all;
  for (const DemuxHarness::Pad& pad : demux.pads())
    for (const DemuxHarness::Frame& frame : pad.frames)
      all[pad.name].push_back({pad.name, static_cast<std::int64_t>(frame.dts),
                               static_cast<std::int64_t>(frame.pts),
                               (frame.flags & GST_BUFFER_FLAG_DELTA_UNIT) == 0, frame.bytes});
  return all;
}

void expect_same(const Frames& out, const Frames& expected) {
  for (const auto& [track, frames] : expected) {
    SCOPED_TRACE(track);
    ASSERT_TRUE(out.contains(track));
    const auto& came = out.at(track);
    for (std::size_t i = 0; i < frames.size() && i < came.size(); ++i) {
      SCOPED_TRACE(i);
      ASSERT_TRUE(came[i].bytes == frames[i].bytes)
          << came[i].bytes.size() << ", not " << frames[i].bytes.size();
      ASSERT_EQ(came[i].dts, frames[i].dts);
      ASSERT_EQ(came[i].pts, frames[i].pts);
      ASSERT_EQ(came[i].key, frames[i].key);
    }
    EXPECT_EQ(came.size(), frames.size());
  }
  EXPECT_EQ(out.size(), expected.size());
}

// Pushes a file in pieces of random sizes.
void push_in_pieces(DemuxHarness& demux, const std::string& file, std::uint32_t seed) {
  std::mt19937 random(seed);
  for (std::size_t at = 0; at < file.size();) {
    const std::size_t size = 1 + random() % 3000;
    demux.push(file.substr(at, size));
    at += size;
  }
}

class RandomStreams : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomStreams, ComeOutFrameByFrame) {
  for (std::uint32_t seed = GetParam(); seed < GetParam() + 25; ++seed) {
    SCOPED_TRACE(seed);
    const auto tags = random_stream(seed, 400);
    const Frames expected = listed(tags);
    ASSERT_GT(expected.size(), 3u);

    DemuxHarness by_tag("data-pads=none");
    by_tag.begin(GST_FORMAT_BYTES);
    for (const RandomTag& tag : tags) ASSERT_EQ(by_tag.push(tag.sent.tag()), GST_FLOW_OK);
    by_tag.end();
    expect_same(demuxed(by_tag), expected);
    EXPECT_TRUE(by_tag.messages(GST_MESSAGE_ERROR).empty());

    DemuxHarness in_pieces;
    in_pieces.begin(GST_FORMAT_BYTES);
    std::string file = flv_file_header();
    for (const RandomTag& tag : tags) file += tag.sent.tag();
    push_in_pieces(in_pieces, file, seed);
    in_pieces.end();
    expect_same(demuxed(in_pieces), expected);
    EXPECT_EQ(in_pieces.stat("passed-over-bytes"), 0u);
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomStreams, testing::Values(1, 101, 201, 301));

}  // namespace
}  // namespace rtmp::test
