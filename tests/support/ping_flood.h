// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <thread>

#include "tcp_publisher.h"

namespace rtmp::test {

/// Sends ping requests on a connection, and reads no answer, until it cannot any more.
class PingFlood {
 public:
  /// The publisher must outlive it, and is this object's for so long.
  explicit PingFlood(TcpPublisher& publisher);
  ~PingFlood();

  /// Waits until nothing can be sent: the server waits in a write, and does not read. False after 20 s.
  bool holds_the_server();

 private:
  std::atomic<std::size_t> sent_ = 0;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace rtmp::test
