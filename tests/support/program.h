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

/// A program whose output is read while it runs. It is killed when this is deleted.
class Program {
 public:
  explicit Program(const std::vector<std::string>& command);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Blocks until a line of either output begins like this and was not returned before. The lines before it
  /// remain. Returns "" if the program ends without such a line, or after 20 s.
  std::string line(const std::string& beginning);
  /// Blocks until this many of the lines that line() has not returned contain the text. Returns false if the
  /// program ends before, or after 20 s.
  bool prints(const std::string& text, int lines = 1);
  /// What it has printed so far, without the lines that line() has returned.
  std::string output();
  void signal(int number) { g_subprocess_send_signal(process_.get(), number); }
  /// The same for all processes that it has started. It must lead a process group of its own (setsid).
  void signal_group(int number);
  /// Blocks until it ends, by itself or by a signal. Returns false after 20 s.
  bool ends();
  /// Blocks until it ends. Returns its exit status, or -1 if a signal ended it or it has not ended in 20 s.
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
