// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <thread>

#include "tcp_publisher.h"

namespace rtmp::test {

/// Sends ping requests on a connection and reads no answer, until nothing more can be sent.
class PingFlood {
 public:
  /// The publisher must outlive it, and must not be used meanwhile.
  explicit PingFlood(TcpPublisher& publisher);
  ~PingFlood();

  /// Blocks until nothing can be sent, because the server waits in a write and does not read. Returns false
  /// after 20 s.
  bool holds_the_server();

 private:
  std::atomic<std::size_t> sent_ = 0;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

}  // namespace rtmp::test
