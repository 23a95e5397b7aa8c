// SPDX-License-Identifier: LGPL-2.1-or-later
// When frames are due, by a publisher's clock and by ours: hours of it, simulated. Prints the second table in
// docs/timing.md.
#include "rtmp/due_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "slowness.h"

namespace rtmp {
namespace {

using Why = ClockCorrection::Why;

constexpr double kSecond = 1'000;
constexpr double kMinute = 60 * kSecond;
constexpr double kHour = 60 * kMinute;
constexpr double kLong = test::kSanitized ? 20 * kMinute : 2 * kHour;
constexpr std::int64_t kLatency = 200;
constexpr std::int64_t kMaxLateness = 20;  // of the sink

/// A frame as it was made: at `made` ms after the publisher's begin.
struct Frame {
  Medium medium;
  double made;
  std::int64_t timestamp;  // what the publisher wrote, not wrapped
  double arrival;
  std::int64_t due = 0;

  [[nodiscard]] bool shown() const { return arrival <= static_cast<double>(due + kLatency + kMaxLateness); }
};

/// What a publisher does, by the time of its media.
struct Sender {
  std::function<double(Medium, double)> stamp = [](Medium, double made) { return made; };
  std::function<double(double)> arrives = [](double made) { return made; };
  std::function<bool(Medium, double)> sends = [](Medium, double) { return true; };
  double jitter = 8;  // ms, of each frame
};

std::vector<Frame> frames_of(const Sender& sender, double from, double to) {
  std::mt19937 random(1);
  std::uniform_real_distribution<> jitter(0, std::max(sender.jitter, 1e-9));
  std::vector<Frame> frames;
  const auto add = [&](Medium medium, double made) {
    if (!sender.sends(medium, made)) return;
    frames.push_back({medium, made, static_cast<std::int64_t>(sender.stamp(medium, made)),
                      sender.arrives(made) + jitter(random)});
  };
  for (double video = from, audio = from; video < to;) {
    if (video <= audio) {
      add(Medium::kVideo, video);
      video += kSecond / 30;
    } else {
      add(Medium::kAudio, audio);
      audio += 1024 * kSecond / 44'100;
    }
  }
  double last = 0;  // TCP keeps the order
  for (Frame& frame : frames) last = frame.arrival = std::max(frame.arrival, last);
  return frames;
}

class DueClocks : public testing::Test {
 protected:
  DueClocks() {
    clock.set_offset(0);
    clock.set_latency(kLatency);
    clock.begin(0);
  }

  std::vector<Frame>& run(const Sender& sender, double from, double to) {
    frames = frames_of(sender, from, to);
    std::int64_t last[2] = {clock.last(), clock.last()};
    if (!clock.begun()) last[0] = last[1] = 0;
    for (Frame& frame : frames) take(frame, last[frame.medium == Medium::kAudio]);
    return frames;
  }

  void take(Frame& frame, std::int64_t& last) {
    const auto us = static_cast<std::int64_t>(frame.arrival * 1000);
    frame.due = clock.frame(frame.medium, static_cast<std::uint32_t>(frame.timestamp), {us, held});
    if (frame.due < last && back.empty())
      back =
          std::to_string(last) + " to " + std::to_string(frame.due) + " ms at " + std::to_string(frame.made);
    last = frame.due;
    while (const auto correction = clock.take_correction()) corrections.push_back(*correction);
  }

  // Of the frames that were made in this time.
  [[nodiscard]] double shown(double from, double to) const {
    double sent = 0;
    double shown = 0;
    for (const Frame& frame : frames) {
      if (frame.made < from || frame.made >= to) continue;
      ++sent;
      shown += frame.shown();
    }
    return sent == 0 ? 0 : shown / sent;
  }

  [[nodiscard]] double least_shown_in_a_minute(double from, double to) const {
    std::vector<std::array<double, 2>> minutes(
        static_cast<std::size_t>((to - from) / kMinute));  // sent, shown
    for (const Frame& frame : frames) {
      const auto minute = static_cast<std::size_t>(std::max(frame.made - from, 0.0) / kMinute);
      if (frame.made < from || minute >= minutes.size()) continue;
      ++minutes[minute][0];
      minutes[minute][1] += frame.shown();
    }
    double least = 1;
    for (const auto& [sent, shown] : minutes) least = std::min(least, sent == 0 ? 0 : shown / sent);
    return least;
  }

  // How much farther audio and video are from each other than they were made, at most.
  [[nodiscard]] double apart(double from, double to) const {
    double most = 0;
    std::optional<double> of[2];
    for (const Frame& frame : frames) {
      if (frame.made < from || frame.made >= to) continue;
      of[frame.medium == Medium::kAudio] = static_cast<double>(frame.due) - frame.made;
      if (of[0] && of[1]) most = std::max(most, std::abs(*of[0] - *of[1]));
    }
    return most;
  }

  // Whether nothing but one distance lies between the timestamps and the time at which frames are due.
  [[nodiscard]] bool as_sent() const {
    return std::ranges::all_of(frames, [&](const Frame& frame) {
      return frame.due - frame.timestamp == frames[0].due - frames[0].timestamp;
    });
  }

  // The least and the most of how late frames came that were made in this time.
  [[nodiscard]] double earliest(double from, double to) const {
    double least = 1e12;
    for (const Frame& frame : frames)
      if (frame.made >= from && frame.made < to)
        least = std::min(least, frame.arrival - static_cast<double>(frame.due));
    return least;
  }

  [[nodiscard]] std::size_t count(Why why) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(corrections, [&](const ClockCorrection& each) { return each.why == why; }));
  }

  void print(const std::string& name, double from, double to) const {
    std::cout << "| " << name << " | " << std::floor(10'000 * least_shown_in_a_minute(from, to)) / 100
              << " % | " << std::ceil(apart(from, to)) << " ms | " << std::floor(earliest(from, to))
              << " ms | " << corrections.size() << " |\n";
  }

  DueClock clock;
  bool held = false;
  std::vector<Frame> frames;
  std::vector<ClockCorrection> corrections;
  std::string back;  // where a medium's time went back
};

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
}  // namespace rtmp
