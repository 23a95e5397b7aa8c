// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "reserved_port.h"

namespace rtmp::test {

/// Makes of the commands that a page prints those that a test can run: with free ports in place of the
/// printed ones, the scripts and examples of this source tree (SOURCES), a Python that has GStreamer
/// (PYTHON), and no window.
class CommandText {
 public:
  /// What is printed as the same port is the same free one.
  std::string of(std::string text);

 private:
  std::string port(const std::string& printed);

  std::map<std::string, std::unique_ptr<ReservedPort>> ports_;
};

}  // namespace rtmp::test
