// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/timeline.h"

#include <gtest/gtest.h>

#include <vector>

namespace rtmp::test {
namespace {

using Times = std::vector<std::uint64_t>;

/// What becomes of `timestamps`, one after the other, where `first` is that of the first coded frame.
Times mapped(std::uint32_t first, const std::vector<std::uint32_t>& timestamps) {
  Timeline timeline(first);
  Times times;
  for (const std::uint32_t timestamp : timestamps) times.push_back(timeline.map(timestamp));
  return times;
}

TEST(Timeline, KeepsWhatThePublisherSent) {
  EXPECT_EQ(mapped(0, {0, 0, 23, 40, 46}), (Times{0, 0, 23, 40, 46}));
  EXPECT_EQ(mapped(3'600'000, {3'600'000, 3'600'040}), (Times{3'600'000, 3'600'040}));
  EXPECT_EQ(mapped(0x7FFFFFFF, {0x7FFFFFFF, 0x80000000}), (Times{0x7FFFFFFF, 0x80000000}));
}

TEST(Timeline, GoesOnWhereTheClockWraps) {
  const std::uint64_t wrap = std::uint64_t{1} << 32;
  EXPECT_EQ(mapped(0x40000000, {0x40000000, 0xA0000000, 0xFFFFFFE0, 0x20, 0x40}),
            (Times{0x40000000, 0xA0000000, 0xFFFFFFE0, wrap + 0x20, wrap + 0x40}));
}

TEST(Timeline, GoesOnWhereTheClockWrapsAgain) {
  Timeline timeline(0);
  std::uint32_t timestamp = 0;
  std::uint64_t time = 0;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(timeline.map(timestamp), time);
    timestamp += 0x60000000;
    time += 0x60000000;
  }
}

TEST(Timeline, KeepsAudioAndVideoTogetherAroundAWrap) {
  const std::uint64_t wrap = std::uint64_t{1} << 32;
  const auto up_to = [](std::vector<std::uint32_t> around) {
    around.insert(around.begin(), {0x60000000, 0xC0000000});
    auto times = mapped(0x60000000, around);
    return Times(times.begin() + 2, times.end());
  };
  // One medium crosses before the other, by 500 ms, and the other way round.
  EXPECT_EQ(up_to({0xFFFFFF00, 100, 0xFFFFFF20, 120, 0xFFFFFF40, 10}),
            (Times{0xFFFFFF00, wrap + 100, 0xFFFFFF20, wrap + 120, 0xFFFFFF40, wrap + 10}));
  EXPECT_EQ(up_to({100, 0xFFFFFF00, 120, 0xFFFFFF20, 0xFFFFFFFF, 0}),
            (Times{wrap + 100, 0xFFFFFF00, wrap + 120, 0xFFFFFF20, 0xFFFFFFFF, wrap}));
}

TEST(Timeline, LeavesHeadersBeforeTheFirstFrameWhereTheyAre) {
  EXPECT_EQ(mapped(3'600'000, {0, 5, 3'600'000, 3'600'040}), (Times{0, 5, 3'600'000, 3'600'040}));
}

TEST(Timeline, FollowsAJumpEitherWay) {
  EXPECT_EQ(mapped(0, {0, 10'000, 5'000, 5'040}), (Times{0, 10'000, 5'000, 5'040}));
  EXPECT_EQ(mapped(0, {0, 40, 3'600'040, 3'600'080}), (Times{0, 40, 3'600'040, 3'600'080}));
}

TEST(Timeline, BeginsAt0WhereFlvTimestampsAreNegative) {
  EXPECT_EQ(mapped(0x80000000, {0x80000000, 0x80000028}), (Times{0, 40}));
  EXPECT_EQ(mapped(0xFFFFFFE0, {0xFFFFFFE0, 0x20}), (Times{0, 64}));
}

TEST(Timeline, MapsWhatLiesBefore0To0) {
  // Video 10 ms before audio: at the start of a clock that was moved, and of one that was not.
  EXPECT_EQ(mapped(0xA0000000, {0xA0000000, 0x9FFFFFF6, 0xA0000028}), (Times{0, 0, 40}));
  EXPECT_EQ(mapped(5, {5, 0xFFFFFFFB, 45, 35}), (Times{5, 0, 45, 35}));
  EXPECT_EQ(mapped(10, {10, 0, 0xFFFFFFFF, 0}), (Times{10, 0, 0, 0}));
}

TEST(Timeline, GoesOnWithAnothersStream) {
  for (const std::uint32_t first : {0u, 5u, 3'600'000u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFF0u}) {
    SCOPED_TRACE(first);
    Timeline timeline(first, 90'000, 90'000);
    EXPECT_EQ(timeline.map(first), 90'000u);
    EXPECT_EQ(timeline.map(first + 40), 90'040u);
    EXPECT_EQ(timeline.map(first + 10), 90'010u);
    EXPECT_EQ(timeline.map(first - 1), 90'000u);  // the other's
    EXPECT_EQ(timeline.map(first + 50), 90'050u);
  }
}

TEST(Timeline, LetsTimeGoOnWhereALaterPublishersClockStartsAnew) {
  // At 20 s when it came; 5 s later its pictures begin at 0 again, and a moment later its sound does.
  Timeline timeline(20'000, 1'000, 900);
  EXPECT_EQ(timeline.map(20'000), 1'000u);
  EXPECT_EQ(timeline.map(19'950, Medium::kAudio), 950u);
  EXPECT_EQ(timeline.map(25'000, Medium::kAudio), 6'000u);
  std::uint64_t last = 6'000;
  for (std::uint32_t i = 0; i < 150; ++i) {
    const std::uint64_t time = timeline.map(33 * i);
    EXPECT_EQ(time, i == 0 ? 6'001 : last + 33);
    last = time;
  }
  EXPECT_EQ(timeline.map(33 * 149 + 10, Medium::kAudio),
            last + 10);  // as far from the pictures as it was sent
  EXPECT_EQ(timeline.map(33 * 150), last + 33);
}

TEST(Timeline, LeavesSoundAloneWherePicturesStartAnew) {
  Timeline timeline(20'000, 1'000, 0);
  EXPECT_EQ(timeline.map(20'000), 1'000u);
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(timeline.map(21'000 + 20 * i, Medium::kAudio), 2'000u + 20 * i);
    EXPECT_EQ(timeline.map(20 * i), 2'001u + 20 * i);
  }
}

TEST(Timeline, FollowsAClockThatWentBackForAFrameOnly) {
  Timeline timeline(20'000, 1'000, 900);
  EXPECT_EQ(timeline.map(20'000), 1'000u);
  EXPECT_EQ(timeline.map(0), 1'001u);
  EXPECT_EQ(timeline.map(20'033), 1'033u);
}

TEST(Timeline, RisesWhereMuchLiesBeforeTheFloor) {
  Timeline timeline(800, 1'000, 1'000);
  EXPECT_EQ(timeline.map(800), 1'000u);
  std::uint64_t last = 0;
  for (std::uint32_t timestamp = 0; timestamp < 1'000; timestamp += 20) {
    const std::uint64_t time = timeline.map(timestamp, Medium::kAudio);
    EXPECT_GT(time, last);
    EXPECT_GE(time, 1'000u);
    last = time;
  }
  EXPECT_EQ(last, 1'180u);
}

TEST(Timeline, IsNotMovedByAHeader) {
  Timeline timeline(20'000, 1'000, 900);
  EXPECT_EQ(timeline.map(20'000), 1'000u);
  EXPECT_EQ(timeline.map(0, Medium::kVideo, false), 1'000u);
  EXPECT_EQ(timeline.map(20'010, Medium::kVideo, false), 1'010u);
  EXPECT_EQ(timeline.map(20'033), 1'033u);
}

TEST(Timeline, GoesOnBehind0WhereTheFirstPublishersClockStartsAnew) {
  // One whose clock was moved to start at 0.
  EXPECT_EQ(mapped(0xA0000000, {0xA0000000, 0xA0002000, 0x9FFF0000, 0x9FFF0028}),
            (Times{0, 0x2000, 0x2001, 0x2029}));
}

TEST(Timeline, PutsNoHeaderBehindTheFirstFrame) {
  // An encoder's uptime of 28 days, whose headers stand at 0: half the clock's range away, in either
  // direction.
  EXPECT_EQ(mapped(0x90000000, {0, 0, 0x90000000, 0x90000028}), (Times{0, 0, 0, 40}));
  EXPECT_EQ(mapped(1'000, {2'000, 1'000, 2'000}), (Times{1'000, 1'000, 2'000}));
}

}  // namespace
}  // namespace rtmp::test
