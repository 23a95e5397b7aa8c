// SPDX-License-Identifier: LGPL-2.1-or-later
#include "held.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

std::ptrdiff_t entries(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

// VmHWM:     12345 kB
std::size_t in_status(std::string_view field) {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kilobytes = 0;
  while (status >> word)
    if (word == field) status >> kilobytes;
  return kilobytes << 10;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Held& held) {
  return out << held.descriptors << " descriptors, " << held.threads << " threads, " << held.heap << " bytes";
}

Held held_now() {
  const auto info = mallinfo2();
  return {entries("/proc/self/fd"), entries("/proc/self/task"), info.uordblks + info.hblkhd};
}

Held with_one_stranger(std::uint16_t port, const std::optional<Held>& expected) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    TcpPublisher stranger(port);
    const bool greeted = stranger.connected() && stranger.handshake().has_value();
    EXPECT_TRUE(greeted);  // so its thread runs, and the server has joined before it
    const Held held = held_now();
    if (!greeted || !expected || held.as_many_as(*expected) || std::chrono::steady_clock::now() > deadline)
      return held;
    stranger.close();
    std::this_thread::yield();
  }
}

std::size_t memory_now() { return in_status("VmRSS:"); }
std::size_t peak_memory() { return in_status("VmHWM:"); }
void forget_peak_memory() { EXPECT_TRUE(std::ofstream("/proc/self/clear_refs") << '5' << std::flush); }

}  // namespace rtmp::test
