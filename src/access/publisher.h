// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

#include "rtmp/error.h"

namespace rtmp {

/// A connection that publishes, or is about to, as the mount table acts on it.
class Publisher {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Publisher() = default;

  // From any thread; none blocks.

  /// Makes it end soon, with kReplaced or kCancelled.
  virtual void end(ErrorCode why) = 0;
  /// Ends its wait(), or the next.
  virtual void wake() = 0;

  /// When there was a sign of its life last (see limits::kStaleAfter), and whether that says anything: it is
  /// not read from while its delegate holds it up.
  struct Life {
    Clock::time_point last;
    bool held_up;
  };
  [[nodiscard]] virtual Life life() const = 0;
  /// Whether its peer has closed or broken the connection.
  [[nodiscard]] virtual bool is_gone() = 0;
  /// Whether somebody asks for its place: it tells the mount table of signs of life then, and if it loses its
  /// peer, it counts as replaced.
  virtual void set_contested(bool contested) = 0;

  // From its own thread.

  enum class Woken { kWoken, kLate, kGone };
  /// Blocks until wake(), or `time`, or until its peer has gone or it is cancelled.
  virtual Woken wait(Clock::time_point time) = 0;
};

}  // namespace rtmp
