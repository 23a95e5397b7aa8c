// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// What the publishers of a soak test have counted. Any thread may count.
struct SoakCount {
  std::atomic<std::size_t> sessions = 0;   // sessions that were accepted
  std::atomic<std::size_t> takeovers = 0;  // those of them that took over the stream of another one
  std::atomic<std::size_t> failures = 0;   // each is printed, with what was expected
};

/// An encoder that publishes the same stream key again and again until the time is over, each time for a
/// second or two. It ends in a different way each time: it unpublishes, closes or resets the connection, does
/// so in the middle of a message, or falls silent and takes over with a second connection.
///
/// It has an address of the loopback network to itself.
class SoakPublisher {
 public:
  using Clock = std::chrono::steady_clock;

  /// A port of 0 means that there is none. If there are two ports, they are used in turn.
  SoakPublisher(std::uint16_t port, std::uint16_t secure_port, unsigned number, unsigned seed);

  /// Blocks until `end`, and until the last session is over.
  void run(Clock::time_point end, SoakCount& count);

 private:
  enum class Ending { kUnpublish, kClose, kReset, kInMidMessage, kTakenOver, kEndings };

  [[nodiscard]] TcpPublisher connection(bool secure) const;
  bool publish(TcpPublisher& publisher, const char* what, SoakCount& count) const;
  void session(TcpPublisher& publisher, bool secure, SoakCount& count);

  std::uint16_t port_;
  std::uint16_t secure_port_;
  std::string key_;
  std::string address_;
  std::mt19937 random_;
  std::vector<Sent> media_;
};

/// An encoder that publishes this stream key until `end`, without a break. Returns how many messages it has
/// sent, or 0 if the server has ended it.
std::size_t publish_steadily(std::uint16_t port, const std::string& key,
                             std::chrono::steady_clock::time_point end);

}  // namespace rtmp::test
