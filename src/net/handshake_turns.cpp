// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handshake_turns.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "rtmp/limits.h"

namespace rtmp {
namespace {

using Clock = HandshakeTurns::Clock;

// A rate that permits a burst. `even` is when a whole burst is permitted again. Returns when the next may
// begin.
Clock::time_point may_come(Clock::time_point even, std::chrono::milliseconds interval, int burst) {
  return even - (burst - 1) * interval;
}

void comes(Clock::time_point& even, Clock::time_point now, std::chrono::milliseconds interval) {
  even = std::max(even, now) + interval;
}

}  // namespace

HandshakeTurns& HandshakeTurns::shared() {
  static auto* the = new HandshakeTurns;  // never deleted, because threads may outlive static objects
  return *the;
}

HandshakeTurns::Turn::Turn(HandshakeTurns& turns, std::string network, std::function<void()> end)
    : turns_(turns), network_(std::move(network)), end_(std::move(end)) {}

bool HandshakeTurns::Turn::wait(Clock::time_point until) {
  turns_.enter(*this);
  std::unique_lock lock(turns_.mutex_);
  for (;;) {
    const auto now = Clock::now();
    const auto later = turns_.proceed_locked(now);
    if (state_ != State::kWaiting) return state_ == State::kRunning;
    if (now >= until) break;
    turns_.changed_.wait_until(lock, std::min(until, later));
  }
  lock.unlock();
  give_back();
  return false;
}

void HandshakeTurns::Turn::give_back() {
  std::lock_guard lock(turns_.mutex_);
  const State was = std::exchange(state_, State::kOver);
  if (was == State::kNew || was == State::kOver) return;
  Network& network = turns_.networks_[network_];
  if (was == State::kWaiting) {
    --network.waiting;
  } else {
    --network.running;
    --turns_.running_;
  }
  turns_.turns_.remove(this);
  turns_.changed_.notify_all();
}

bool HandshakeTurns::Turn::was_ended() const {
  std::lock_guard lock(turns_.mutex_);
  return ended_;
}

void HandshakeTurns::enter(Turn& turn) {
  std::lock_guard lock(mutex_);
  if (turn.state_ != Turn::State::kNew) return;
  turn.state_ = Turn::State::kWaiting;
  turns_.push_back(&turn);
  ++networks_[turn.network_].waiting;
}

HandshakeTurns::Clock::time_point HandshakeTurns::proceed(Clock::time_point now) {
  std::lock_guard lock(mutex_);
  return proceed_locked(now);
}

bool HandshakeTurns::runs(const Turn& turn) const {
  std::lock_guard lock(mutex_);
  return turn.state_ == Turn::State::kRunning;
}

HandshakeTurns::Clock::time_point HandshakeTurns::proceed_locked(Clock::time_point now) {
  auto later = Clock::time_point::max();
  bool any = false;
  while (Turn* turn = next(now, later)) {
    Network& network = networks_[turn->network_];
    --network.waiting;
    ++network.running;
    ++running_;
    network.last = now;
    comes(network.even, now, limits::kHandshakeIntervalPerNetwork);
    comes(even_, now, limits::kHandshakeInterval);
    turn->state_ = Turn::State::kRunning;
    turn->began_ = now;
    any = true;
  }
  end_stalled(now, later);
  forget_idle_networks(now);
  if (any) changed_.notify_all();
  return later;
}

// Returns the turn that begins next, if one may begin. Otherwise it lowers `later` to the time when one may.
HandshakeTurns::Turn* HandshakeTurns::next(Clock::time_point now, Clock::time_point& later) {
  if (running_ >= limits::kMaxHandshakes) return nullptr;
  const auto all_from = may_come(even_, limits::kHandshakeInterval, limits::kHandshakeBurst);
  Turn* best = nullptr;
  Clock::time_point best_last{};
  for (Turn* turn : turns_) {
    if (turn->state_ != Turn::State::kWaiting) continue;
    const Network& network = networks_[turn->network_];
    if (network.running >= limits::kMaxHandshakesPerNetwork) continue;
    const auto from = std::max(all_from, may_come(network.even, limits::kHandshakeIntervalPerNetwork,
                                                  limits::kHandshakeBurstPerNetwork));
    if (from > now) {
      later = std::min(later, from);
    } else if (!best || turn->network_ == best->network_ || network.last < best_last) {
      best = turn;
      best_last = network.last;
    }
  }
  return best;
}

void HandshakeTurns::end_stalled(Clock::time_point now, Clock::time_point& later) {
  std::size_t ending = 0;
  std::map<std::string_view, std::size_t> ending_of;
  for (const Turn* turn : turns_) {
    if (turn->state_ != Turn::State::kEnding) continue;
    ++ending;
    ++ending_of[turn->network_];
  }
  for (const auto& [name, network] : networks_) {
    if (network.waiting == 0) continue;
    const bool of_its_own = network.running >= limits::kMaxHandshakesPerNetwork;
    if (!of_its_own && running_ < limits::kMaxHandshakes) continue;  // the rate makes it wait
    if (of_its_own ? ending_of[name] > 0 : ending > 0) continue;     // a place will be free soon
    Turn* stalled = nullptr;
    for (Turn* turn : turns_) {
      if (turn->state_ != Turn::State::kRunning || (of_its_own && turn->network_ != name)) continue;
      const auto more = [&](const Turn& t) {
        return std::tuple(networks_[t.network_].running, now - t.began_);
      };
      if (now - turn->began_ < limits::kHandshakeStall) {
        later = std::min(later, turn->began_ + limits::kHandshakeStall);
      } else if (!stalled || more(*turn) > more(*stalled)) {
        stalled = turn;
      }
    }
    if (!stalled) continue;
    stalled->state_ = Turn::State::kEnding;
    stalled->ended_ = true;
    ++ending;
    ++ending_of[stalled->network_];
    stalled->end_();
  }
}

void HandshakeTurns::forget_idle_networks(Clock::time_point now) {
  std::erase_if(networks_, [now](const auto& entry) {
    const Network& network = entry.second;
    return network.waiting == 0 && network.running == 0 && network.even <= now;
  });
}

}  // namespace rtmp
