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

/// Decides which TLS handshakes may run. GIO runs a part of each in a pool of ten threads that the whole
/// process shares, and each takes some milliseconds of a core. So limits::kMaxHandshakes run at once, and
/// limits::kMaxHandshakesPerNetwork of one network, and their rate is limited. Networks take turns. Of one
/// network the newest handshake goes first, because its client is the most likely to be there still. If a
/// handshake waits, one that has taken limits::kHandshakeStall is ended: one of the same network if that has
/// its share, else one of the network that has the most. Any thread may call any function.
class HandshakeTurns {
 public:
  using Clock = std::chrono::steady_clock;

  /// Returns the one that all servers of this process use.
  static HandshakeTurns& shared();

  /// The turn of one handshake.
  class Turn {
   public:
    /// `end` makes the handshake fail soon. Another thread calls it, and it must not block. The network is a
    /// key to compare, see network_of().
    Turn(HandshakeTurns& turns, std::string network, std::function<void()> end);
    ~Turn() { give_back(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// Another network counts. To be called before wait(), in the same thread.
    void set_network(std::string network) { network_ = std::move(network); }
    /// Blocks until the handshake may begin. Returns false if it is `until` before that, or after
    /// give_back().
    bool wait(Clock::time_point until);
    /// The handshake is over, or need not wait any more. Any thread may call it.
    void give_back();
    /// Returns whether the handshake was ended to make room for others.
    [[nodiscard]] bool was_ended() const;

   private:
    friend HandshakeTurns;
    enum class State { kNew, kWaiting, kRunning, kEnding, kOver };

    HandshakeTurns& turns_;
    std::string network_;
    const std::function<void()> end_;
    State state_ = State::kNew;  // the lock of HandshakeTurns guards what follows
    Clock::time_point began_{};
    bool ended_ = false;
  };

  // The parts of Turn::wait(), at a time that the caller gives. Not to be used beside it.

  void enter(Turn& turn);
  /// Gives turns and ends handshakes as of `now`. Returns when that must be done again if nothing happens
  /// before.
  Clock::time_point proceed(Clock::time_point now);
  [[nodiscard]] bool runs(const Turn& turn) const;

 private:
  struct Network {
    std::size_t waiting = 0;
    std::size_t running = 0;
    Clock::time_point last{};  // when it was given a turn
    Clock::time_point even{};  // when it may take a whole burst again
  };

  Clock::time_point proceed_locked(Clock::time_point now);
  Turn* next(Clock::time_point now, Clock::time_point& later);
  void end_stalled(Clock::time_point now, Clock::time_point& later);
  void forget_idle_networks(Clock::time_point now);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Turn*> turns_;  // those that wait or run; the oldest is first
  std::map<std::string, Network> networks_;
  std::size_t running_ = 0;
  Clock::time_point even_{};
};

}  // namespace rtmp
