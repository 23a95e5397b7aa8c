// SPDX-License-Identifier: LGPL-2.1-or-later
// When frames are due if clocks jump, start anew, or stand still.
// Hours of it, simulated. Prints a part of the second table in docs/timing.md.
#include "rtmp/due_clock.h"

#include <gtest/gtest.h>

#include "simulated_sender.h"

namespace rtmp::test {
namespace {

TEST_F(DueClocks, ShowWhatComesAfterAJump) {
  for (const double by : {3'600'000.0, 60'000.0, 5'000.0, 1'500.0, -150.0, -700.0, -20'000.0, -54'000.0}) {
    for (const double apart_by : {0.0, 40.0, 700.0}) {  // video jumps first, or audio
      for (const double at : {5 * kSecond, kMinute}) {
        SCOPED_TRACE(std::to_string(by) + " at " + std::to_string(at) + ", " + std::to_string(apart_by));
        clock.begin(0);
        corrections.clear();
        run({.stamp =
                 [=](Medium medium, double made) {
                   const double mine = medium == Medium::kAudio ? at + apart_by : at;
                   return 100 * kSecond + made + (made >= mine ? by : 0);
                 }},
            0, 5 * kMinute);
        EXPECT_EQ(shown(0, at), 1);
        EXPECT_GE(shown(at + kSecond, 5 * kMinute), 0.99);
        EXPECT_GT(earliest(at + kSecond, 5 * kMinute), -100);
        EXPECT_LE(apart(at + kSecond, 5 * kMinute), 20);
        EXPECT_EQ(count(Why::kJump), 2u);
        EXPECT_EQ(corrections.size(), 2u);
        EXPECT_EQ(back, "");
      }
    }
  }
}

TEST_F(DueClocks, ShowWhatComesAfterAJumpWithinTheFirstSecond) {
  run({.stamp = [](Medium, double made) { return made + (made >= 30 ? 17'000'000 : 0); }}, 0, kMinute);
  EXPECT_GE(shown(kSecond, kMinute), 0.99);
  EXPECT_GT(earliest(kSecond, kMinute), -100);
  EXPECT_LE(apart(kSecond, kMinute), 20);
}

TEST_F(DueClocks, MoveOnlyTheMediumWhoseClockStartsAnew) {
  // Video stops at 3 s, and is back at 5 s with a clock that begins at 0.
  for (const Medium medium : {Medium::kVideo, Medium::kAudio}) {
    clock.begin(0);
    run({.stamp = [=](Medium each,
                      double made) { return each == medium && made >= 5'000 ? made - 5'000 : made + 20'000; },
         .sends = [=](Medium each, double made) { return each != medium || made < 3'000 || made >= 5'000; }},
        0, kMinute);
    EXPECT_EQ(shown(0, kMinute), 1);
    EXPECT_LE(apart(0, kMinute), 20);
    EXPECT_EQ(back, "");
  }
}

TEST_F(DueClocks, ShowMediaWithClocksOfTheirOwn) {
  for (const double by : {3'600'000.0, -3'600'000.0, 4'000.0, -4'000.0}) {
    SCOPED_TRACE(by);
    clock.begin(0);
    run({.stamp = [=](Medium medium,
                      double made) { return 4'000'000 + made + (medium == Medium::kAudio ? by : 0); }},
        0, kMinute);
    EXPECT_EQ(shown(0, kMinute), 1);
    EXPECT_LE(apart(0, kMinute), 20);
    EXPECT_EQ(back, "");
  }
}

TEST_F(DueClocks, ShowTheMediumThatStartsBehindTheOther) {
  // Audio is behind by 800 ms, and stays so.
  run({.stamp = [](Medium medium, double made) { return made + (medium == Medium::kVideo ? 800 : 0); }}, 0,
      kMinute);
  EXPECT_GE(shown(0, kMinute), 0.99);
  std::int64_t last = -1;
  for (const Frame& frame : frames) {
    if (frame.medium != Medium::kAudio) continue;
    ASSERT_GT(frame.due, last);
    last = frame.due;
  }
  EXPECT_LE(std::abs(apart(kSecond, kMinute) - 800), 20);
}

TEST_F(DueClocks, ShowWhatComesAfterTheClockStoodStill) {
  // The pipeline is paused from 20 s to 35 s. The sender is held up once the queue is full, and drops what it
  // makes from then on.
  Sender sender{.arrives = [](double made) { return made >= 27'500 && made < 35'000 ? 35'000 : made; },
                .sends = [](Medium, double made) { return made < 27'500 || made >= 35'000; }};
  frames = frames_of(sender, 0, 2 * kMinute);
  std::int64_t last[2] = {0, 0};
  for (Frame& frame : frames) {
    if (frame.made >= 20'000) clock.set_offset(-15'000'000);
    held = frame.made >= 27'000 && frame.made < 35'000;
    take(frame, last[frame.medium == Medium::kAudio]);
    // By the clock of the pipeline, as which it is shown; what came while it stood still comes when it goes
    // on.
    frame.arrival =
        std::max(frame.arrival - (frame.made >= 20'000 ? 15'000 : 0), std::min(frame.made, 20'000.0));
  }
  EXPECT_EQ(shown(0, 20'000), 1);
  EXPECT_GE(shown(36'000, 2 * kMinute), 0.99);
  EXPECT_GT(earliest(36'000, 2 * kMinute), -400);
  EXPECT_LE(apart(36'000, 2 * kMinute), 20);
  EXPECT_EQ(back, "");
  EXPECT_EQ(count(Why::kStep), 1u);
}

TEST_F(DueClocks, ShowWhatIsNowWhereThePublisherBeganBeforeTheStream) {
  // The pipeline is paused for the first 15 s.
  for (const double burst : {0.0, 300.0}) {
    clock.begin(15'000);
    run({.arrives =
             [=](double made) {
               return made >= 7'500 && made < 15'000 ? 15'000 : std::max(0.0, made - burst);
             },
         .sends = [](Medium, double made) { return made < 7'500 || made >= 15'000; }},
        0, kMinute);
    EXPECT_GE(shown(16'000, kMinute), 0.99);
    EXPECT_GT(earliest(16'000 + burst, kMinute), -400);
    EXPECT_LE(apart(16'000 + burst, kMinute), 20);
    EXPECT_EQ(back, "");
  }
}

TEST_F(DueClocks, ShowAFileFromItsBeginThatBeganBeforeTheStream) {
  // What fills the queue comes at once; the rest when there is room.
  for (const double fills : {7'500.0, 200.0}) {
    clock.begin(15'000);
    frames =
        frames_of({.arrives = [=](double made) { return made < fills ? made / 100 : made - fills + 15'000; },
                   .jitter = 1},
                  0, kMinute);
    std::int64_t last[2] = {0, 0};
    for (Frame& frame : frames) {
      held = frame.made >= fills;
      take(frame, last[frame.medium == Medium::kAudio]);
    }
    EXPECT_TRUE(as_sent());
  }
}

TEST_F(DueClocks, LeaveAFileAloneWhenTheClockStoodStill) {
  // The queue holds the sender up: it is four seconds ahead.
  held = true;
  run({.arrives = [](double made) { return std::max(0.0, made - 4'000); }}, 0, 30 * kSecond);
  clock.set_offset(-15'000'000);
  const Frame last = frames.back();
  frames = frames_of({.arrives = [](double made) { return made + 11'000; }}, 30 * kSecond, kMinute);
  std::int64_t before[2] = {0, 0};
  for (Frame& frame : frames) {
    take(frame, before[frame.medium == Medium::kAudio]);
    ASSERT_EQ(frame.due - frame.timestamp, last.due - last.timestamp);
  }
}

TEST_F(DueClocks, ShowTheNextPublisherAfterOneThatWentWrong) {
  run({.stamp = [](Medium, double made) { return made + (made >= 5'000 ? 3'600'000 : 0); }}, 0, 20 * kSecond);
  const std::int64_t last = clock.last();
  EXPECT_LT(last, 21'000);
  clock.begin(last + 1);
  Sender next{.stamp = [](Medium, double made) { return made - 30'000; }};
  run(next, 30 * kSecond, kMinute);
  EXPECT_TRUE(as_sent());
  EXPECT_EQ(shown(30'000, kMinute), 1);
  EXPECT_GT(earliest(30'000, kMinute), -20);
}

TEST_F(DueClocks, NeverGoBackByACorrectionWhateverComes) {
  std::mt19937 engine(2);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  const auto chance = [&](int one_of) { return random() % static_cast<std::uint32_t>(one_of) == 0; };
  for (int publisher = 0; publisher < 200; ++publisher) {
    clock.begin(publisher == 0 ? 0 : clock.last() + 1);
    std::int64_t last[2] = {-1, -1};
    std::uint32_t timestamp = random();
    std::uint32_t before[2] = {0, 0};
    std::int64_t arrival = publisher * 1'000'000'000LL;
    for (int i = 0; i < 2'000; ++i) {
      timestamp += chance(50) ? random() : chance(20) ? random() % 5'000 : random() % 60;
      arrival += chance(50) ? random() % 10'000'000 : random() % 60'000;
      if (chance(300)) clock.set_offset(static_cast<std::int64_t>(random() % 100'000'000) - 50'000'000);
      const int medium = chance(2) ? 0 : 1;
      const std::int64_t due =
          clock.frame(medium == 0 ? Medium::kVideo : Medium::kAudio, timestamp, {arrival, chance(5)});
      const bool sent_back = static_cast<std::int32_t>(timestamp - before[medium]) < 0;
      if (last[medium] >= 0 && !sent_back) {
        ASSERT_GE(due, last[medium]) << i;
      }
      ASSERT_GE(due, 0);
      last[medium] = due;
      before[medium] = timestamp;
      while (clock.take_correction()) {
      }
    }
  }
}

}  // namespace
}  // namespace rtmp::test
