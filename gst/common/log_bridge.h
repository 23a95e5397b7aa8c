// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "rtmp/log.h"

namespace rtmp {

/// Hands log lines to GStreamer's debug log, in one category. Of no object: elements share servers.
class LogBridge final : public Logger {
 public:
  explicit LogBridge(GstDebugCategory* category) : category_(category) {}

  [[nodiscard]] bool enabled(LogLevel level) const override;
  void log(LogLevel level, std::string_view message) override;

 private:
  GstDebugCategory* category_;
};

}  // namespace rtmp
