// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log_bridge.h"

namespace rtmp {
namespace {

GstDebugLevel gst_level(LogLevel level) {
  switch (level) {
    case LogLevel::kError:
      return GST_LEVEL_ERROR;
    case LogLevel::kWarning:
      return GST_LEVEL_WARNING;
    case LogLevel::kInfo:
      return GST_LEVEL_INFO;
    case LogLevel::kDebug:
      break;
  }
  return GST_LEVEL_DEBUG;
}

}  // namespace

bool LogBridge::enabled(LogLevel level) const {
  return gst_level(level) <= gst_debug_category_get_threshold(category_);
}

void LogBridge::log(LogLevel level, std::string_view message) {
  gst_debug_log(category_, gst_level(level), "rtmp", "", 0, nullptr, "%.*s", static_cast<int>(message.size()),
                message.data());
}

}  // namespace rtmp
