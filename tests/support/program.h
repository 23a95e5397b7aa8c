// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "glib_ptr.h"

namespace rtmp::test {

/// A program whose output is read while it runs. It is killed with it.
class Program {
 public:
  explicit Program(const std::vector<std::string>& command);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Waits for a line, of either output, that begins so and was not returned before; the lines in front of it
  /// remain. "" if the program ends without, or after 20 s.
  std::string line(const std::string& beginning);
  /// Waits until that many lines, of those that line() has not returned, contain the text; false if the
  /// program ends without, or after 20 s.
  bool prints(const std::string& text, int lines = 1);
  /// What it has printed so far, without the lines that line() has returned.
  std::string output();
  void signal(int number) { g_subprocess_send_signal(process_.get(), number); }
  /// The same for all that it has started; it must lead a process group of its own (setsid).
  void signal_group(int number);
  /// Waits for its end; its exit status, -1 where a signal ended it, or it has not ended in 20 s.
  int exit_status();

 private:
  void read();

  GObjectPtr<GSubprocess> process_;
  const int group_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  bool ended_ = false;
  std::thread reader_;
};

}  // namespace rtmp::test
