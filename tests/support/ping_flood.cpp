// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ping_flood.h"

#include "wire.h"

namespace rtmp::test {

PingFlood::PingFlood(TcpPublisher& publisher)
    : thread_([this, &publisher] {
        const Bytes pings = repeat(wire("02 000000 000006 04 00000000 0006 01020304"), 256);
        while (!done_ && publisher.send_raw(pings)) sent_ += pings.size();
        done_ = true;
      }) {}

PingFlood::~PingFlood() {
  done_ = true;
  thread_.join();
}

bool PingFlood::holds_the_server() {
  // Nobody tells that a peer does not read any more: nothing is sent for half a second.
  constexpr std::chrono::milliseconds kStill{500};
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(20);
  std::size_t before = 0;
  for (auto since = Clock::now(); Clock::now() < end && !done_;) {
    if (const std::size_t now = sent_; now != before) {
      before = now;
      since = Clock::now();
    }
    if (before > 0 && Clock::now() - since >= kStill) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace rtmp::test
