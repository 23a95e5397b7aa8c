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

/// Limits how often a place, which is an address or a network, may guess at secrets.
///
/// A place has limits::kGuessesAtOnce guesses, and gets one more in each limits::kGuessInterval. If it has
/// none left, a secret gets the next guess that there will be, and its verdict waits until then. Guesses are
/// given in advance for limits::kLongestGuessWait at most. Beyond that, a secret is not judged. A secret that
/// was right at this place before costs nothing, and a wrong secret that comes again costs nothing either. So
/// only distinct wrong secrets cost a guess.
///
/// The last secrets of each place are remembered, hashed under a key of this object. Of all places, those
/// that have used the most guesses are remembered. Any thread may call any function; none blocks.
class Guesses {
 public:
  using Clock = std::chrono::steady_clock;

  Guesses();

  struct Ticket {
    bool judged;             // the verdict may be told; if not, too many wait, and it must not be told
    Clock::time_point when;  // when the verdict may be told; until then nobody must learn of it
    bool paid = false;       // it cost a guess, also if nobody waits for the verdict
  };

  /// A secret that a client gives, and whether it is right. `repeats` is false if no two are alike, as the
  /// answers to challenges: a wrong one is not remembered then.
  struct Secret {
    std::string_view text;
    bool right;
    bool repeats = true;
  };
  Ticket ask(const std::string& place, const Secret& secret, Clock::time_point now = Clock::now());

  /// Gives back the guess of a secret that was right. To be called once its verdict may be told, because
  /// earlier it would give the verdict away.
  void pay_back(const std::string& place);

 private:
  using Hash = std::array<std::uint8_t, 16>;
  struct Known {
    Hash hash;
    Clock::time_point when;  // when its verdict may be told
  };
  struct Place {
    std::deque<Known> right;  // the last is first
    std::deque<Known> wrong;
    Clock::time_point settled{};  // when the place has all its guesses again, if it uses no more
    Clock::time_point used{};
  };

  Place& at(const std::string& place, Clock::time_point now);
  [[nodiscard]] Hash hash_of(std::string_view secret) const;

  std::string key_;
  std::mutex mutex_;
  std::unordered_map<std::string, Place> places_;
};

}  // namespace rtmp
