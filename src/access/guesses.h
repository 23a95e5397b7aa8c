// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rtmp {

/// What it costs to guess at secrets, for the place that the guesses come from.
///
/// A place has limits::kGuessesAtOnce guesses, and gets one back each limits::kGuessInterval. Where it has
/// none left, the next that it gets is promised to whoever asks; promises reach limits::kLongestGuessWait
/// ahead, so that a few wait in line and others are not heard. A secret that was right at this place before
/// costs nothing, and neither does a wrong one that comes again. So only distinct wrong secrets cost.
///
/// Of each place the last secrets are kept, hashed under a key of this object; of the places, those that owe
/// most. Thread-safe; does not block.
class Guesses {
 public:
  using Clock = std::chrono::steady_clock;

  Guesses();

  struct Ticket {
    bool judged;             // the verdict may be told; else too many wait, and it must not be
    Clock::time_point when;  // it may be told; until then nobody must learn of it
    bool paid = false;       // a guess, which stays so if nobody waits for the verdict
  };

  /// One secret that somebody gives, and whether it is right. `repeats` is false where no two are alike, as
  /// the answers to challenges: no wrong one of these is known again.
  struct Secret {
    std::string_view text;
    bool right;
    bool repeats = true;
  };
  Ticket ask(const std::string& place, const Secret& secret, Clock::time_point now = Clock::now());

  /// Gives a guess back that was paid and is right, once its verdict may be told. Sooner it would tell it.
  void pay_back(const std::string& place);

 private:
  using Hash = std::array<std::uint8_t, 16>;
  struct Known {
    Hash hash;
    Clock::time_point when;  // its verdict may be told
  };
  struct Place {
    std::deque<Known> right;  // the last first
    std::deque<Known> wrong;
    Clock::time_point settled{};  // when it has all its guesses, if it takes no more
    Clock::time_point used{};
  };

  Place& at(const std::string& place, Clock::time_point now);
  [[nodiscard]] Hash hash_of(std::string_view secret) const;

  std::string key_;
  std::mutex mutex_;
  std::unordered_map<std::string, Place> places_;
};

}  // namespace rtmp
