// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "wire.h"

namespace rtmp::test {

/// Many connections to this machine that all send the same bytes, or nothing, and then send no more. They
/// come from each of the addresses in turn. If the server closes one, another comes. One thread does it until
/// this is deleted.
class HalfOpen {
 public:
  struct Sort {
    std::size_t count;
    std::vector<std::uint32_t> addresses;  // as INADDR_LOOPBACK
    Bytes say{};
    bool leave = false;  // it leaves as soon as it is answered, and another comes
  };
  HalfOpen(std::uint16_t port, Sort sort);
  ~HalfOpen();
  HalfOpen(const HalfOpen&) = delete;
  HalfOpen& operator=(const HalfOpen&) = delete;

  /// Blocks until this many connections have been made.
  void wait_for(std::size_t count) const;
  [[nodiscard]] std::size_t made() const { return made_; }

 private:
  int open();
  void run();

  const std::uint16_t port_;
  const Sort sort_;
  std::atomic<std::size_t> made_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace rtmp::test
