// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "rtmp/log.h"

namespace rtmp {

/// Hands on log messages together with the port of the server that they come from.
class PortLogger final : public Logger {
 public:
  /// `logger` must outlive it.
  PortLogger(Logger& logger, std::uint16_t port) : logger_(logger), port_(port) {}

  void set_port(std::uint16_t port) { port_ = port; }

  [[nodiscard]] bool enabled(LogLevel level) const override { return logger_.enabled(level); }
  void log(LogLevel level, std::string_view message) override { logger_.log_of(port_, level, message); }

 private:
  Logger& logger_;
  std::atomic<std::uint16_t> port_;
};

}  // namespace rtmp
