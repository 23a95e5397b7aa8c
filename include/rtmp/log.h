// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace rtmp {

/// The importance of a message. Each RTMP message makes one of kTrace.
enum class LogLevel { kError, kWarning, kInfo, kDebug, kTrace };

/// Receives the log of the session and network layers. Any thread may call any function, and none may block.
/// The caller asks enabled() before it makes a message. Messages never have a whole stream key or password.
class Logger {
 public:
  virtual ~Logger() = default;
  [[nodiscard]] virtual bool enabled(LogLevel level) const = 0;
  virtual void log(LogLevel level, std::string_view message) = 0;
  /// The same for the server that listens on `port`. A Server calls this function and not log().
  virtual void log_of(std::uint16_t /*port*/, LogLevel level, std::string_view message) {
    log(level, message);
  }
};

}  // namespace rtmp
