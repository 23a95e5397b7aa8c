// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace rtmp::test {

/// A control for limits of time: how much later than it asked a thread is woken that has nothing else to do.
/// While other programs load the machine, each thread of the test waits about as long. Measures from its
/// construction on.
class WakeDelay {
 public:
  WakeDelay()
      : thread_([this] {
          using Clock = std::chrono::steady_clock;
          while (!stop_) {
            const auto wanted = Clock::now() + std::chrono::milliseconds(1);
            std::this_thread::sleep_until(wanted);
            const auto late = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - wanted);
            greatest_ = std::max(greatest_.load(), late);
          }
        }) {}
  ~WakeDelay() {
    stop_ = true;
    thread_.join();
  }
  WakeDelay(const WakeDelay&) = delete;
  WakeDelay& operator=(const WakeDelay&) = delete;

  /// The greatest delay so far.
  [[nodiscard]] std::chrono::milliseconds greatest() const { return greatest_; }

 private:
  std::atomic<std::chrono::milliseconds> greatest_{std::chrono::milliseconds(0)};
  std::atomic<bool> stop_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace rtmp::test
