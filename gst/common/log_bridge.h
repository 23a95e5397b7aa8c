// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "rtmp/log.h"

namespace rtmp {

/// Hands log messages to GStreamer's debug log, in one category. Because elements share a server, a message
/// has the id "port 1935", that of its server, and not the name of an element.
class LogBridge final : public Logger {
 public:
  explicit LogBridge(GstDebugCategory* category) : category_(category) {}

  [[nodiscard]] bool enabled(LogLevel level) const override;
  void log(LogLevel level, std::string_view message) override;
  void log_of(std::uint16_t port, LogLevel level, std::string_view message) override;

 private:
  void write(LogLevel level, const char* id, std::string_view message);

  GstDebugCategory* category_;
};

}  // namespace rtmp
