// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/log.h"

namespace rtmp {

Logger& null_logger() {
  class Null final : public Logger {
    bool enabled(LogLevel) const override { return false; }
    void log(LogLevel, std::string_view) override {}
  };
  static Null logger;
  return logger;
}

}  // namespace rtmp
