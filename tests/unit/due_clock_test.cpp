// SPDX-License-Identifier: LGPL-2.1-or-later
// When frames are due, by a publisher's clock and by ours.
// Hours of it, simulated. Prints a part of the second table in docs/timing.md.
#include "rtmp/due_clock.h"

#include <gtest/gtest.h>

#include "simulated_sender.h"

namespace rtmp::test {
namespace {

TEST_F(DueClocks, LeaveAPublisherAloneForHours) {
  run({}, 0, kLong);
  EXPECT_TRUE(as_sent());
  EXPECT_TRUE(corrections.empty());
  EXPECT_EQ(shown(0, kLong), 1);
}

TEST_F(DueClocks, LeaveAClockAloneThatWraps) {
  run({.stamp = [](Medium, double made) { return made + 4'294'960'000.0; }}, 0, kMinute);
  EXPECT_TRUE(as_sent());
}

TEST_F(DueClocks, LeaveStallsAndBurstsOfTheNetworkAlone) {
  // Each 20 s nothing comes for 2.5 s, and then all at once.
  run({.arrives =
           [](double made) {
             const double in = std::fmod(made, 20 * kSecond);
             return in > 15 * kSecond && in < 17.5 * kSecond ? made - in + 17.5 * kSecond : made;
           }},
      0, kLong / 2);
  EXPECT_TRUE(as_sent());
}

TEST_F(DueClocks, LeaveABurstAtTheStartAlone) {
  run({.arrives = [](double made) { return std::max(0.0, made - 2 * kSecond); }}, 0, kLong / 2);
  EXPECT_TRUE(as_sent());
}

TEST_F(DueClocks, LeaveFilesAlone) {
  for (const double speed : {1.08, 1.5, 20.0, 10'000.0}) {
    SCOPED_TRACE(speed);
    clock.begin(0);
    run({.arrives = [=](double made) { return made / speed; }, .jitter = 0.5}, 0, kLong / 2);
    EXPECT_TRUE(as_sent());
    EXPECT_TRUE(corrections.empty());
  }
}

TEST_F(DueClocks, LeaveAFileAloneWhoseFramesAreMinutesApart) {
  run({.stamp = [](Medium, double made) { return made * 30'000; },
       .arrives = [](double) { return 5.0; },
       .jitter = 1},
      0, kMinute);
  EXPECT_TRUE(as_sent());
}

TEST_F(DueClocks, LeaveAFileOfSparsePicturesAlone) {
  run({.arrives = [](double made) { return made / 10'000; },
       .sends =
           [](Medium medium, double made) {
             return medium == Medium::kVideo && std::fmod(made, 10 * kSecond) < kSecond / 30;
           }},
      0, kLong / 2);
  EXPECT_TRUE(as_sent());
}

TEST_F(DueClocks, LeaveAudioAloneThatStartsMinutesAfterTheVideo) {
  for (const double speed : {1.0, 1'000.0}) {
    clock.begin(0);
    run({.arrives = [=](double made) { return made / speed; },
         .sends = [](Medium medium, double made) { return medium == Medium::kVideo || made > 3 * kMinute; }},
        0, 6 * kMinute);
    EXPECT_TRUE(as_sent());
  }
}

TEST_F(DueClocks, FollowAClockThatIsSlow) {
  for (const double slow : {0.0001, 0.001, 0.01, 0.03}) {
    SCOPED_TRACE(slow);
    clock.begin(0);
    corrections.clear();
    run({.stamp = [=](Medium, double made) { return made * (1 - slow); }}, 0, kLong);
    print(std::to_string(100 * slow) + " % slow", 0, kLong);
    EXPECT_GE(least_shown_in_a_minute(0, kLong), 0.99);
    EXPECT_LE(apart(0, kLong), 20);
    EXPECT_EQ(back, "");
    EXPECT_GT(count(Why::kLate), 0u);
    EXPECT_EQ(count(Why::kFast) + count(Why::kJump), 0u);
  }
}

TEST_F(DueClocks, FollowAClockThatIsFast) {
  for (const double fast : {0.0001, 0.001, 0.01, 0.03, 0.05}) {
    SCOPED_TRACE(fast);
    clock.begin(0);
    corrections.clear();
    run({.stamp = [=](Medium, double made) { return made * (1 + fast); }}, 0, kLong);
    print(std::to_string(100 * fast) + " % fast", 0, kLong);
    EXPECT_GE(least_shown_in_a_minute(0, kLong), 0.99);
    EXPECT_LE(apart(0, kLong), 20);
    EXPECT_EQ(back, "");
    EXPECT_GT(count(Why::kFast), 0u);
    EXPECT_EQ(count(Why::kJump), 0u);
    // What waits downstream until it is due stays little.
    EXPECT_GT(earliest(kMinute, kLong), -600) << "of " << corrections.size();
  }
}

TEST_F(DueClocks, BringAFastClockBackLittleByLittle) {
  run({.stamp = [](Medium, double made) { return made * 1.02; }}, 0, 5 * kMinute);
  std::int64_t last = 0;
  for (const Frame& frame : frames) {
    if (frame.medium == Medium::kAudio) continue;
    if (frame.made > 0) {
      ASSERT_GE(frame.due - last, 29);
      ASSERT_LE(frame.due - last, 35);
    }
    last = frame.due;
  }
}

TEST_F(DueClocks, AddALastingDelayToWhatComesAfterIt) {
  for (const double delay : {100.0, 400.0, 2'000.0}) {
    SCOPED_TRACE(delay);
    clock.begin(0);
    run({.arrives = [=](double made) { return made < 20 * kSecond ? made : made + delay; }}, 0, 5 * kMinute);
    EXPECT_EQ(shown(0, 20 * kSecond), 1);
    EXPECT_GE(shown(25 * kSecond, 5 * kMinute), 0.99);
    EXPECT_LE(apart(25 * kSecond, 5 * kMinute), 20);
    EXPECT_EQ(back, "");
  }
}

TEST_F(DueClocks, AddWhatOneMediumIsLateByBeyondTheLatency) {
  // The encoder's sound falls behind by 10 ms a second, for a minute; its pictures come as before.
  frames = frames_of({}, 0, 3 * kMinute);
  for (Frame& frame : frames)
    if (frame.medium == Medium::kAudio) frame.arrival += std::min(frame.made / 100, 600.0);
  std::ranges::sort(frames, {}, &Frame::arrival);
  std::int64_t last[2] = {0, 0};
  for (Frame& frame : frames) take(frame, last[frame.medium == Medium::kAudio]);
  EXPECT_GE(least_shown_in_a_minute(0, 3 * kMinute), 0.99);
  EXPECT_EQ(back, "");
  EXPECT_GT(count(Why::kLate), 0u);
}

TEST_F(DueClocks, PutWhatTellsNothingOfTheClockBesideTheFrames) {
  EXPECT_EQ(clock.frame(Medium::kVideo, 1'000, {1'000'000}), 1'000);
  EXPECT_EQ(clock.other(Medium::kVideo, 1'005), 1'005);
  EXPECT_EQ(clock.other(Medium::kVideo, 0), 0);
  EXPECT_EQ(clock.frame(Medium::kVideo, 9'000, {9'000'000}), 9'000);
  EXPECT_EQ(clock.other(Medium::kAudio, 0), 9'000);
  EXPECT_EQ(clock.other(Medium::kVideo, 0x90000000), 9'000);
  EXPECT_EQ(clock.frame(Medium::kVideo, 9'033, {9'033'000}), 9'033);
}

}  // namespace
}  // namespace rtmp::test
