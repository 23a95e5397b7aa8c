// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rtmp {

// The lateness of a frame is its arrival minus the time at which it is due. The classes below compute from it
// how a publisher's clock runs. They look at the least lateness within some time: a burst or a stall of the
// network makes some frames late, while a slow clock makes all frames late. All times are in ms.

/// The least lateness of the last half second to second.
class RecentLeast {
 public:
  void add(std::int64_t arrival, std::int64_t lateness);
  /// Adds `by` to the lateness of all frames so far.
  void move(std::int64_t by);
  /// Adds `by` to the arrival of all frames so far.
  void step(std::int64_t by) { since_ += by; }
  [[nodiscard]] std::optional<std::int64_t> get() const;

 private:
  static constexpr std::int64_t kHalf = 500;
  std::int64_t since_ = 0;  // when the current half second began
  std::optional<std::int64_t> current_{};
  std::optional<std::int64_t> before_{};
};

/// Notices that all frames have been late for some seconds.
class LateRun {
 public:
  /// Takes a frame. Less lateness than `tolerance` does not count. Once all frames of some seconds have been
  /// late, it returns the least lateness of the last second; else nothing.
  std::optional<std::int64_t> add(std::int64_t arrival, std::int64_t lateness, std::int64_t tolerance);
  void reset() { frames_ = 0; }

 private:
  static constexpr std::int64_t kWhile = 2'500;
  static constexpr int kFewest = 8;  // frames
  // The frames of the run, of which the others tell; 0 if there is none.
  int frames_ = 0;
  std::int64_t since_ = 0;
  RecentLeast recent_{};
};

/// Compares the least lateness of one window with that of the next. It tells a clock that is a little fast
/// from a burst, and from a file that is sent faster than real time.
class Trend {
 public:
  /// Takes a frame. `held` says that its sender was held up by this side, and was not slow. If the clock runs
  /// ahead steadily, it returns by how much it has run ahead since the last correction; else nothing.
  std::optional<std::int64_t> add(std::int64_t arrival, std::int64_t lateness, bool held);
  /// Frames are due earlier by `by` from now on, because the clock had run ahead.
  void correct(std::int64_t by);
  void reset() { *this = {}; }
  /// Forgets everything, except whether the sender is faster than a clock.
  void restart() {
    const bool too_fast = too_fast_ || held_;
    reset();
    too_fast_ = too_fast;
  }

  /// Returns whether the sender has no clock, and sends as fast as it can.
  [[nodiscard]] bool too_fast() const;

 private:
  static constexpr std::int64_t kWindow = 2'000;
  static constexpr std::int64_t kEarly = 100;    // a sender that is held up is ahead of its time beyond this
  static constexpr std::int64_t kAhead = 1'000;  // in one window, it is no clock
  static constexpr std::int64_t kNoticed = 20;
  static constexpr double kFastestClock = 0.055;  // 5 %, and the error of the measurement

  std::optional<std::int64_t> close(std::int64_t arrival);

  std::optional<std::int64_t> since_{};  // when the window began
  std::int64_t first_ = 0;               // the lateness of the window's first frame
  std::int64_t least_ = 0;
  bool held_ = false;
  std::optional<std::int64_t> baseline_{};
  std::int64_t last_least_ = 0;  // of the window before
  std::int64_t last_drop_ = 0;
  bool too_fast_ = false;
};

}  // namespace rtmp
