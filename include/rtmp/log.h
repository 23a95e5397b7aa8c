// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace rtmp {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

/// Where the session and the network layer report to. Both functions are called from any thread. Ask
/// enabled() before a message is put together. Stream keys and passwords never appear whole.
class Logger {
 public:
  virtual ~Logger() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  virtual void log(LogLevel level, std::string_view message) = 0;
};

/// A Logger that is silent.
Logger& null_logger();

}  // namespace rtmp
