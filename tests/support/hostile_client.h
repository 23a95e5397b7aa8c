// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

#include "attacks.h"

namespace rtmp::test {

/// A client that means no good, with hundreds of connections at once from several addresses of the loopback
/// network, 127.0.0.1 among them. One thread does it all.
class HostileClient {
 public:
  HostileClient(std::uint16_t port, Attacks attacks) : port_(port), attacks_(std::move(attacks)) {}
  ~HostileClient();
  HostileClient(const HostileClient&) = delete;
  HostileClient& operator=(const HostileClient&) = delete;

  /// Makes so many connections, as fast as the server takes them. Those that are slow go on beside the
  /// others; when the others are over, what is left of them is reset.
  void run(std::size_t connections);

  /// Connections that were made, and bytes that the server's side has taken of them.
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
