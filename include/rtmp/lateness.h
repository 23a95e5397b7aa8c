// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rtmp {

// How a frame's lateness, its arrival minus the time at which it is due, becomes a measure of a clock. The
// least of a while is that measure: a burst or a stall of the network makes some frames late, and a clock
// makes all of them so. All times are in ms.

/// The least lateness of the last half second to second.
class RecentLeast {
 public:
  void add(std::int64_t arrival, std::int64_t lateness);
  /// As if all that was added had been late by so much more.
  void move(std::int64_t by);
  /// As if all had arrived later by so much.
  void step(std::int64_t by) { since_ += by; }
  [[nodiscard]] std::optional<std::int64_t> get() const;

 private:
  static constexpr std::int64_t kHalf = 500;
  std::int64_t since_ = 0;  // when the current half began
  std::optional<std::int64_t> current_{};
  std::optional<std::int64_t> before_{};
};

/// Notices where everything has been late for a while.
class LateRun {
 public:
  /// `tolerance` is what does not count as late. The least lateness of the last second, once all frames of
  /// some seconds were late.
  std::optional<std::int64_t> add(std::int64_t arrival, std::int64_t lateness, std::int64_t tolerance);
  void reset() { *this = {}; }

 private:
  static constexpr std::int64_t kWhile = 2'500;
  static constexpr int kFewest = 8;  // frames
  std::int64_t since_ = 0;
  int frames_ = 0;
  RecentLeast recent_{};
};

/// Follows the least lateness from window to window, to tell a clock that is a little fast from a burst and
/// from a file that is sent faster than real time.
class Trend {
 public:
  /// `held` says that the frame's sender was held up and not slow. What is returned is by how much the clock
  /// has run ahead since it was last corrected, where it does so steadily.
  std::optional<std::int64_t> add(std::int64_t arrival, std::int64_t lateness, bool held);
  /// Frames are due earlier by so much from now on: what had run ahead.
  void correct(std::int64_t by);
  void reset() { *this = {}; }
  /// Forgets all but whether the sender is a clock.
  void restart() {
    const bool too_fast = too_fast_ || held_;
    reset();
    too_fast_ = too_fast;
  }

  /// Whether the sender is no clock, but goes as fast as it is let.
  [[nodiscard]] bool too_fast() const;

 private:
  static constexpr std::int64_t kWindow = 2'000;
  static constexpr std::int64_t kEarly = 100;    // beyond this, a sender that is held up is ahead of its time
  static constexpr std::int64_t kAhead = 1'000;  // within one window
  static constexpr std::int64_t kNoticed = 20;
  static constexpr double kFastestClock = 0.055;  // 5 %, and what measuring adds

  std::optional<std::int64_t> close(std::int64_t arrival);

  std::optional<std::int64_t> since_{};  // when the window began
  std::int64_t first_ = 0;               // lateness in the window
  std::int64_t least_ = 0;
  bool held_ = false;
  std::optional<std::int64_t> baseline_{};
  std::int64_t last_least_ = 0;  // of the window before
  std::int64_t last_drop_ = 0;
  bool too_fast_ = false;
};

}  // namespace rtmp
