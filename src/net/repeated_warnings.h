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

/// Logs warnings that anybody can cause as often as they like. Of each cause, the first
/// limits::kWarningsAtOnce in a limits::kWarningInterval are logged. When that is over, the last of the
/// others is logged, with their number. Any thread may call any function.
class RepeatedWarnings {
 public:
  using Clock = std::chrono::steady_clock;

  /// `logger` must outlive it.
  explicit RepeatedWarnings(Logger& logger) : logger_(logger) {}
  /// Logs what has not been logged.
  ~RepeatedWarnings() { tell(Clock::time_point::max()); }
  RepeatedWarnings(const RepeatedWarnings&) = delete;
  RepeatedWarnings& operator=(const RepeatedWarnings&) = delete;

  /// Logs or counts a warning. There must be few different causes, because each is remembered.
  void warn(std::string_view cause, std::string text, Clock::time_point now = Clock::now());
  /// Logs what was counted for the causes whose interval is over at `now`.
  void tell(Clock::time_point now = Clock::now());

 private:
  struct Cause {
    Clock::time_point begun{};  // when the interval began
    std::size_t told = 0;
    std::size_t untold = 0;
    std::string last;  // the last of those that were not logged
  };

  std::vector<std::string> take_due(Clock::time_point now);

  Logger& logger_;
  std::mutex mutex_;
  std::map<std::string, Cause, std::less<>> causes_;
};

}  // namespace rtmp
