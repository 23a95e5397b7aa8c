// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/log.h"

namespace rtmp::test {

/// A Logger that is silent.
inline Logger& null_logger() {
  class Null final : public Logger {
    bool enabled(LogLevel) const override { return false; }
    void log(LogLevel, std::string_view) override {}
  };
  static Null logger;
  return logger;
}

}  // namespace rtmp::test
