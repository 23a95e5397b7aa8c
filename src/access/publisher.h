// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <string>

#include "rtmp/error.h"
#include "rtmp/mount.h"

namespace rtmp {

/// A connection that publishes or wants to, as the mount table sees it.
class Publisher {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Publisher() = default;

  // Any thread may call these. They do not block.

  /// Makes the publisher end soon, with kReplaced, kTurnedOut, kSentBack or kCancelled.
  virtual void end(ErrorCode why) = 0;
  /// Makes the publisher leave, see Server::request_reconnect().
  virtual void ask_to_reconnect(const std::string& url) = 0;
  /// Ends the wait() of the publisher, or its next.
  virtual void wake() = 0;

  /// When the publisher showed a sign of life last (see limits::kStaleAfter). If `held_up`, that says
  /// nothing, because it is not read from while its delegate blocks.
  struct Life {
    Clock::time_point last;
    bool held_up;
  };
  [[nodiscard]] virtual Life life() const = 0;
  /// Returns whether the peer has closed or broken the connection.
  [[nodiscard]] virtual bool is_gone() = 0;
  /// Sets whether a newcomer asks for the place. While one does, the publisher tells the mount table of signs
  /// of life, and if it loses its peer, it counts as replaced.
  virtual void set_contested(bool contested) = 0;

  // Only the publisher's own thread calls these.

  /// Returns whether the door lets in its address.
  [[nodiscard]] virtual bool is_let_in(const Door& door) const = 0;

  enum class Woken { kWoken, kLate, kGone };
  /// Blocks until wake(), until `time`, until the peer has gone, or until the publisher is cancelled.
  virtual Woken wait(Clock::time_point time) = 0;
};

}  // namespace rtmp
