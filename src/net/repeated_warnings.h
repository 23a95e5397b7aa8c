// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rtmp/log.h"

namespace rtmp {

/// Warnings that anybody can cause as often as they like. Of each cause the first in an interval
/// (limits::kWarningsAtOnce of limits::kWarningInterval) are logged; of the others, when it is over, the last
/// and how many there were. Thread-safe.
class RepeatedWarnings {
 public:
  using Clock = std::chrono::steady_clock;

  /// `logger` must outlive it.
  explicit RepeatedWarnings(Logger& logger) : logger_(logger) {}
  /// Tells what is untold.
  ~RepeatedWarnings() { tell(Clock::time_point::max()); }
  RepeatedWarnings(const RepeatedWarnings&) = delete;
  RepeatedWarnings& operator=(const RepeatedWarnings&) = delete;

  /// `cause` is one of few: each is remembered.
  void warn(std::string_view cause, std::string text, Clock::time_point now = Clock::now());
  /// Tells of those whose interval is over at `now`.
  void tell(Clock::time_point now = Clock::now());

 private:
  struct Cause {
    Clock::time_point begun{};  // the interval
    std::size_t told = 0;
    std::size_t untold = 0;
    std::string last;  // of those
  };

  std::vector<std::string> take_due(Clock::time_point now);

  Logger& logger_;
  std::mutex mutex_;
  std::map<std::string, Cause, std::less<>> causes_;
};

}  // namespace rtmp
