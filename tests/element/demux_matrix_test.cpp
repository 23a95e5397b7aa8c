// SPDX-License-Identifier: LGPL-2.1-or-later
// Each way to take the streams of eflvdemux, with each kind of publisher: docs/compatibility.md has the
// table.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "gst_version.h"
#include "kinds_of_publishers.h"
#include "takers.h"

namespace rtmp::test {
namespace {

using Cell = std::tuple<const char*, PublisherKind>;

class Matrix : public testing::TestWithParam<Cell> {
 protected:
  static constexpr const char* kMuxers[] = {"mp4mux", "matroskamux", "mpegtsmux", "hlssink2"};

  void SetUp() override {
    const std::string consumer = std::get<0>(GetParam());
    if (consumer == "playbin3" && !gst_is_at_least(24))
      GTEST_SKIP() << "decodebin3 of 1.22 may remove the pad of the track that ends first, without EOS";
    is_muxer_ = std::ranges::find(kMuxers, consumer) != std::end(kMuxers);
    stream_ = published_stream(std::get<1>(GetParam()));
    outcome_ = is_muxer_                ? written_by(consumer, stream_)
               : consumer == "playbin3" ? played(stream_)
                                        : decoded_by(consumer, stream_);
  }
  /// These counts as the taker counts, without those of the codecs that are left out.
  [[nodiscard]] FrameCounts taken(const FrameCounts& published,
                                  const std::set<std::string>& left_out = {}) const {
    FrameCounts frames;
    for (const auto& [codec, count] : published) {
      const bool is_video = codec == "h264" || codec == "hevc";
      if (!left_out.contains(codec)) frames[is_muxer_ ? codec : is_video ? "video" : "audio"] += count;
    }
    return frames;
  }

  bool is_muxer_ = false;
  PublishedStream stream_;
  Outcome outcome_;
};

class Taken : public Matrix {};
TEST_P(Taken, Whole) {
  EXPECT_EQ(outcome_.end, "eos");
  EXPECT_EQ(outcome_.frames, taken(stream_.all));
}

// One header in front of all frames cannot say what comes later.
class Refused : public Matrix {};
TEST_P(Refused, WithAnError) {
  if (std::get<0>(GetParam()) == std::string("matroskamux") && gst_is_at_least(26))
    GTEST_SKIP() << "matroskamux ends such a file with an error or without one since 1.26";
  EXPECT_TRUE(outcome_.end == "Internal data stream error." || outcome_.end == "Could not multiplex stream.")
      << outcome_.end;
}

// mp4mux has its tracks by its first frame, and hlssink2 one of each medium.
class NoFurtherTrack : public Matrix {};
TEST_P(NoFurtherTrack, IsTaken) {
  EXPECT_EQ(outcome_.end, "eos");
  EXPECT_EQ(outcome_.frames, taken(stream_.first));
}

// rtmp2serverbin, which is the source of a player, keeps its pads, and 1.22 decodes one codec for each.
class LeftOut : public Matrix {};
TEST_P(LeftOut, WhatTheDecoderDoesNotTake) {
  EXPECT_EQ(outcome_.end, "eos");
  EXPECT_EQ(outcome_.frames, taken(stream_.all, {"hevc", "mp3"}));
}

std::string cell_name(const testing::TestParamInfo<Cell>& tested) {
  return std::string(std::get<0>(tested.param)) + "_" + name_of(std::get<1>(tested.param));
}

using testing::Combine;
using testing::Values;
INSTANTIATE_TEST_SUITE_P(Plain, Taken,
                         Combine(Values("mp4mux", "matroskamux", "mpegtsmux", "hlssink2", "eflvdemux",
                                        "decodebin3", "playbin3"),
                                 Values(PublisherKind::kBoth, PublisherKind::kVideo, PublisherKind::kAudio,
                                        PublisherKind::kLateAudio, PublisherKind::kReconnects)),
                         cell_name);
INSTANTIATE_TEST_SUITE_P(Changed, Taken,
                         Combine(Values("mpegtsmux", "hlssink2", "eflvdemux", "decodebin3", "playbin3"),
                                 Values(PublisherKind::kRate, PublisherKind::kFormats)),
                         cell_name);
// decodebin3 of 1.22 stops at another codec, and does not say so.
INSTANTIATE_TEST_SUITE_P(OtherCodecs, Taken,
                         Combine(Values("mpegtsmux", "eflvdemux"), Values(PublisherKind::kCodecs)),
                         cell_name);
INSTANTIATE_TEST_SUITE_P(Changed, Refused,
                         Combine(Values("mp4mux", "matroskamux"),
                                 Values(PublisherKind::kRate, PublisherKind::kFormats)),
                         cell_name);
INSTANTIATE_TEST_SUITE_P(OtherCodecs, Refused, Combine(Values("matroskamux"), Values(PublisherKind::kCodecs)),
                         cell_name);
INSTANTIATE_TEST_SUITE_P(OtherCodecs, NoFurtherTrack,
                         Combine(Values("mp4mux", "hlssink2"), Values(PublisherKind::kCodecs)), cell_name);
INSTANTIATE_TEST_SUITE_P(OtherCodecs, LeftOut, Combine(Values("playbin3"), Values(PublisherKind::kCodecs)),
                         cell_name);

}  // namespace
}  // namespace rtmp::test
