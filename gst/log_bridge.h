// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "rtmp/log.h"

namespace rtmp {

/// Hands log lines to GStreamer's debug log, in one category, as those of one object.
class LogBridge final : public Logger {
 public:
  /// `object` must outlive the bridge.
  LogBridge(GstDebugCategory* category, GObject* object) : category_(category), object_(object) {}

  [[nodiscard]] bool enabled(LogLevel level) const override;
  void log(LogLevel level, std::string_view message) override;

 private:
  GstDebugCategory* category_;
  GObject* object_;
};

}  // namespace rtmp
