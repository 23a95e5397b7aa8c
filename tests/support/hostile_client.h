// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

#include "attacks.h"

namespace rtmp::test {

/// A hostile client with hundreds of connections at once, from several addresses of the loopback network,
/// including 127.0.0.1. One thread does it all.
class HostileClient {
 public:
  HostileClient(std::uint16_t port, Attacks attacks) : port_(port), attacks_(std::move(attacks)) {}
  ~HostileClient();
  HostileClient(const HostileClient&) = delete;
  HostileClient& operator=(const HostileClient&) = delete;

  /// Makes this many connections, as fast as the server accepts them. Slow ones go on beside the others. When
  /// the others are over, the slow ones that are left are reset.
  void run(std::size_t connections);

  /// How many connections were made, and how many bytes the server's side has taken.
  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] std::uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Connection {
    Attack attack;
    int fd;
    bool slow;
    std::size_t sent = 0;
    Clock::time_point next;  // when it goes on
    bool staying = false;    // all is sent
  };

  void begin();
  bool goes_on(Connection& connection, short events);
  bool sends(Connection& connection);
  void end(std::list<Connection>::iterator connection, Attack::End how);

  std::uint16_t port_;
  Attacks attacks_;
  std::list<Connection> open_;  // oldest first
  std::size_t slow_ = 0;
  std::size_t begun_ = 0;
  std::size_t connections_ = 0;
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace rtmp::test
