// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace rtmp::test {

/// What a network does to packets, in each direction.
struct Weather {
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds jitter{0};  // of the delay, up and down: packets overtake each other
  double loss = 0;                      // of all packets, 0 to 1
  double doubled = 0;                   // likewise: these arrive twice
  bool cut = false;                     // nothing gets through
};

/// A network between two hosts, which harms nothing at first. A thread moves packets between two files that
/// give and take one packet with each call, and do not block. The seed decides which packets are harmed.
class BadNetwork {
 public:
  /// Both files must outlive the network.
  BadNetwork(int one, int other, std::uint32_t seed);
  ~BadNetwork();
  BadNetwork(const BadNetwork&) = delete;
  BadNetwork& operator=(const BadNetwork&) = delete;

  /// Sets the weather for packets that are sent from now on, and not for earlier ones.
  void set(const Weather& weather);

  /// How many packets were sent since the weather was set.
  struct Harmed {
    std::size_t lost = 0;
    std::size_t doubled = 0;
    std::size_t overtaken = 0;
  };
  [[nodiscard]] Harmed harmed() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Packet {
    std::size_t to;  // in ends_
    std::uint64_t number;
    std::vector<std::uint8_t> bytes;
  };

  void run();
  void take_all();
  void take_from(std::size_t end);
  void send(Packet packet);
  void deliver_what_is_due();
  bool happens(double chance) { return std::bernoulli_distribution(chance)(random_); }

  const std::array<int, 2> ends_;
  const int wake_;  // an eventfd

  mutable std::mutex mutex_;  // guards what follows, without the thread
  bool over_ = false;
  Weather weather_;
  Harmed harmed_;
  std::mt19937 random_;
  std::multimap<Clock::time_point, Packet> on_the_way_;  // by the time at which they arrive
  std::uint64_t sent_ = 0;
  std::array<std::uint64_t, 2> latest_{};  // the latest packet that has arrived in each direction

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace rtmp::test
