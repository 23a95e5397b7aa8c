// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace rtmp {

/// kTrace is for each message of RTMP.
enum class LogLevel { kError, kWarning, kInfo, kDebug, kTrace };

/// Where the session and the network layer report to. All functions are called from any thread. Ask
/// enabled() before a message is put together. Stream keys and passwords never appear whole.
class Logger {
 public:
  virtual ~Logger() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  virtual void log(LogLevel level, std::string_view message) = 0;
  /// The same, of the server that listens on `port`. A Server calls this function and not the one above.
  virtual void log_of(std::uint16_t /*port*/, LogLevel level, std::string_view message) {
    log(level, message);
  }
};

}  // namespace rtmp
