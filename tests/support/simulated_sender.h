// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "rtmp/due_clock.h"
#include "slowness.h"

namespace rtmp::test {

using Why = ClockCorrection::Why;

inline constexpr double kSecond = 1'000;
inline constexpr double kMinute = 60 * kSecond;
inline constexpr double kHour = 60 * kMinute;
inline constexpr double kLong = kSanitized ? 20 * kMinute : 2 * kHour;
inline constexpr std::int64_t kLatency = 200;
inline constexpr std::int64_t kMaxLateness = 20;  // of the sink

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

inline std::vector<Frame> frames_of(const Sender& sender, double from, double to) {
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

}  // namespace rtmp::test
