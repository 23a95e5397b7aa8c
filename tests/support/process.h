// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "glib_ptr.h"

namespace rtmp::test {

/// Starts a program whose two outputs are read as one. If the program does not exist, the test program ends.
GObjectPtr<GSubprocess> spawn(const std::vector<std::string>& command);

/// A program that runs beside the test. It is killed when this is deleted.
class Process {
 public:
  explicit Process(const std::vector<std::string>& command);
  ~Process();

  /// Waits for its end and returns what it printed to both outputs; exit_status() is known then.
  std::string wait();
  void kill();
  void signal(int number);
  /// -1 if a signal ended it.
  [[nodiscard]] int exit_status() const { return exit_status_; }

 private:
  GObjectPtr<GSubprocess> process_;
  int exit_status_ = -1;
};

/// Runs a program to its end and returns what it printed.
std::string run(const std::vector<std::string>& command);

/// A folder of this process, which is empty at first and removed at the end; and a path in it.
std::string scratch(const std::string& name);

}  // namespace rtmp::test
