// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "socket.h"

namespace rtmp::bench {

/// What a serving child writes when it is through, and what the kernel says about it.
struct ServerReport {
  std::int64_t done_ns = 0;      // when it saw the end of the stream
  std::uint64_t count = 0;       // bare loop: bytes; pipeline: buffers that reached the sink
  std::uint64_t peak_bytes = 0;  // resident, the highest
  double cpu_seconds = 0;        // user and system
  std::vector<std::int64_t> latencies_ns;
};

/// Another process of this program, `--serve ...`: so CPU time and memory are the server's alone.
class ServerProcess {
 public:
  /// Starts it and waits until it listens. `program` is its command, and what that is run by. `mode` is what
  /// follows --serve (see serve.h).
  ServerProcess(const std::vector<std::string>& program, const std::vector<std::string>& mode);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] int port() const { return port_; }

  /// Its user and system time since its start. Of a pipeline.
  [[nodiscard]] double cpu_so_far();
  /// How long it takes to read the statistics of all its sources, in seconds. Of a pipeline of these alone.
  [[nodiscard]] double time_of_stats();

  /// Asks it to end without waiting for the end of the stream.
  void stop() { control_.reset(); }

  /// Waits for its end.
  [[nodiscard]] ServerReport wait(Clock::time_point deadline);

  /// Ends it, for whoever cannot go on with it, and says what it says of its own end.
  [[nodiscard]] std::string fate();

 private:
  [[nodiscard]] std::string read_line(Clock::time_point deadline);  // empty at its end
  [[nodiscard]] double reap();
  [[nodiscard]] double ask(char question, const std::string& answer);

  pid_t pid_ = -1;
  Fd control_;  // the child ends when this closes: also if we die
  Fd reports_;
  std::string unread_;
  std::string ending_;  // where it did not end by itself
  int port_ = 0;
};

}  // namespace rtmp::bench
