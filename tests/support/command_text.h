// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "reserved_port.h"

namespace rtmp::test {

/// Turns the commands that a page prints into commands that a test can run: with free ports instead of the
/// printed ones, the scripts and examples of this source tree (SOURCES), a Python that has GStreamer
/// (PYTHON), and no window.
class CommandText {
 public:
  /// The same printed port always becomes the same free port.
  std::string of(std::string text);

 private:
  std::string port(const std::string& printed);

  std::map<std::string, std::unique_ptr<ReservedPort>> ports_;
};

}  // namespace rtmp::test
