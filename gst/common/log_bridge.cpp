// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log_bridge.h"

#include <string>

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
      return GST_LEVEL_DEBUG;
    case LogLevel::kTrace:
      break;
  }
  return GST_LEVEL_TRACE;
}

}  // namespace

bool LogBridge::enabled(LogLevel level) const {
  return gst_level(level) <= gst_debug_category_get_threshold(category_);
}

void LogBridge::log(LogLevel level, std::string_view message) { write(level, "rtmp", message); }

void LogBridge::log_of(std::uint16_t port, LogLevel level, std::string_view message) {
  write(level, ("port " + std::to_string(port)).c_str(), message);
}

void LogBridge::write(LogLevel level, const char* id, std::string_view message) {
  gst_debug_log_id(category_, gst_level(level), __FILE__, "log", __LINE__, id, "%.*s",
                   static_cast<int>(message.size()), message.data());
}

}  // namespace rtmp
