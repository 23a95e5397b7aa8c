// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace rtmp {

/// Whose TLS handshake runs. GIO does a part of each in a pool of ten threads that all of the process shares,
/// and each takes some milliseconds of a core: so there are limits::kMaxHandshakes of them at once, and
/// limits::kMaxHandshakesPerNetwork of one network, and only so many in a second. Networks take turns; of one
/// network the newest goes first, whose client is the likeliest to be there still. Where somebody waits, a
/// handshake that has had limits::kHandshakeStall is ended: of the network that keeps the one that waits from
/// its turn, which is its own or the one that has most. Thread-safe.
class HandshakeTurns {
 public:
  using Clock = std::chrono::steady_clock;

  /// That of this process.
  static HandshakeTurns& shared();

  /// One handshake.
  class Turn {
   public:
    /// `end` makes the handshake fail soon: it is called from another thread, and must not block. The network
    /// is a key to compare, see network_of().
    Turn(HandshakeTurns& turns, std::string network, std::function<void()> end);
    ~Turn() { give_back(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Blocks until the handshake may begin; false if it is `until` before, or after give_back().
    bool wait(Clock::time_point until);
    /// It is over, or need not wait any more. From any thread.
    void give_back();
    /// Whether it was ended for others.
    [[nodiscard]] bool was_ended() const;

   private:
    friend HandshakeTurns;
    enum class State { kNew, kWaiting, kRunning, kEnding, kOver };

    HandshakeTurns& turns_;
    const std::string network_;
    const std::function<void()> end_;
    State state_ = State::kNew;  // guarded by the lock of all, as the next
    Clock::time_point began_{};
    bool ended_ = false;
  };

  // What the turns are given by, at a time of the caller's. Not for use beside Turn::wait().

  void enter(Turn& turn);
  /// Gives turns and ends handshakes as of `now`. Returns when there is more to be done, if nothing happens
  /// before.
  Clock::time_point proceed(Clock::time_point now);
  [[nodiscard]] bool runs(const Turn& turn) const;

 private:
  struct Network {
    std::size_t waiting = 0;
    std::size_t running = 0;
    Clock::time_point last{};  // that it was given a turn
    Clock::time_point even{};  // when it has all of its rate again
  };

  Clock::time_point proceed_locked(Clock::time_point now);
  Turn* next(Clock::time_point now, Clock::time_point& later);
  void end_stalled(Clock::time_point now, Clock::time_point& later);
  void forget_idle_networks(Clock::time_point now);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Turn*> turns_;  // that wait or run, the oldest first
  std::map<std::string, Network> networks_;
  std::size_t running_ = 0;
  Clock::time_point even_{};
};

}  // namespace rtmp
