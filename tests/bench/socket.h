// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/time.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace rtmp::bench {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC: comparable between processes

[[nodiscard]] std::int64_t now_ns();

/// Throws std::system_error of errno.
[[noreturn]] void throw_errno(const std::string& what);

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  void reset();

 private:
  int fd_ = -1;
};

/// A listening socket on 127.0.0.1 with a free port, and the port.
[[nodiscard]] std::pair<Fd, int> listen_on_loopback();

/// Where a client comes from. On Linux each place is an address of its own, place 0 is 127.0.0.1; elsewhere,
/// where the loopback interface has only that one, all are.
using Place = unsigned;

/// On Linux with the congestion control `kCongestionControl`, if the system has it.
[[nodiscard]] Fd connect_to_loopback(int port, Place place = 0);

/// The one to measure with. BBR's pacing takes place in the receiver's time, and trebles the spread.
constexpr const char* kCongestionControl = "cubic";

/// The one that a connection of connect_to_loopback() has, and the system's own.
struct CongestionControl {
  std::string used;
  std::string of_system;
};
[[nodiscard]] CongestionControl congestion_control();

/// The seconds of a time of the kernel's.
[[nodiscard]] double seconds(const timeval& time);

/// Lets this process have as many descriptors as it may.
void raise_descriptor_limit();

/// Waits until poll() reports one of `events`, and returns what it reported: 0 at the deadline.
[[nodiscard]] short wait_for(int fd, short events, Clock::time_point deadline);

}  // namespace rtmp::bench
