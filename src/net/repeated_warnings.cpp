// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repeated_warnings.h"

#include <utility>

#include "rtmp/limits.h"

namespace rtmp {

void RepeatedWarnings::warn(std::string_view cause, std::string text, Clock::time_point now) {
  std::vector<std::string> lines;
  {
    std::lock_guard lock(mutex_);
    lines = take_due(now);
    const auto found = causes_.find(cause);
    Cause& same = found != causes_.end() ? found->second : causes_[std::string(cause)];
    if (same.told == 0) same.begun = now;
    if (same.told < limits::kWarningsAtOnce) {
      ++same.told;
      lines.push_back(std::move(text));
    } else {
      ++same.untold;
      same.last = std::move(text);
    }
  }
  for (const std::string& line : lines) logger_.log(LogLevel::kWarning, line);
}

void RepeatedWarnings::tell(Clock::time_point now) {
  std::vector<std::string> lines;
  {
    std::lock_guard lock(mutex_);
    lines = take_due(now);
  }
  for (const std::string& line : lines) logger_.log(LogLevel::kWarning, line);
}

std::vector<std::string> RepeatedWarnings::take_due(Clock::time_point now) {
  std::vector<std::string> lines;
  for (auto& [name, cause] : causes_) {
    if (cause.told == 0 || now - cause.begun < limits::kWarningInterval) continue;
    if (cause.untold > 0)
      lines.push_back(std::move(cause.last) + " (the last of " + std::to_string(cause.untold) +
                      " more like those above)");
    cause = {};
  }
  return lines;
}

}  // namespace rtmp
