// SPDX-License-Identifier: LGPL-2.1-or-later
#include "serve.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <fstream>
#include <span>
#include <stdexcept>

#include "socket.h"

namespace rtmp::bench {
namespace {

constexpr std::size_t kLoopBuffer = 64 * 1024;

std::uint64_t peak_bytes() {
#ifdef __linux__
  // Not ru_maxrss: that one starts with the size of the parent that forked us.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
#endif
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return static_cast<std::uint64_t>(usage.ru_maxrss);
#else
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
#endif
}

void write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const auto written = ::write(fd, data, size);
    if (written < 0 && errno != EINTR) throw_errno("write");
    if (written < 0) continue;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

int serve(const std::vector<std::string>& mode) {
  ::alarm(kMaxServeSeconds);
  // A plugin scanner must not keep the parent waiting for the pipe's end.
  ::fcntl(kReportFd, F_SETFD, FD_CLOEXEC);
  ::fcntl(kControlFd, F_SETFD, FD_CLOEXEC);
  try {
    const std::string& kind = mode.at(0);
    if (kind == "recv") {
      serve_loop({});
    } else if (kind == "recvwrite") {
      serve_loop(mode.at(1));
    } else if (kind == "floor") {
      serve_floor(std::stoull(mode.at(1)));
    } else if (kind == "floors") {
      serve_floors(std::stoull(mode.at(1)), std::stoull(mode.at(2)));
    } else {
      std::string description;
      for (const std::string& part : std::span(mode).subspan(1)) description += part + ' ';
      serve_pipeline(description, kind == "latency");
    }
    return 0;
  } catch (const std::exception& error) {
    std::string text = error.what();
    std::ranges::replace(text, '\n', ' ');
    report_line("error: " + text);
    return 1;
  }
}

void serve_loop(const std::string& file) {
  Fd output;
  if (!file.empty()) {
    output = Fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    if (output.get() < 0) throw_errno("open " + file);
  }
  const Fd connection = accept_one();

  std::vector<char> buffer(kLoopBuffer);
  std::uint64_t total = 0;
  for (;;) {
    const auto size = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw_errno("recv");
    if (size == 0) break;
    total += static_cast<std::uint64_t>(size);
    if (output.get() >= 0) write_all(output.get(), buffer.data(), static_cast<std::size_t>(size));
  }
  report_done(now_ns(), total);
}

Fd accept_one() {
  auto [listener, port] = listen_on_loopback();
  report_line("port " + std::to_string(port));
  Fd connection(::accept(listener.get(), nullptr, nullptr));
  if (connection.get() < 0) throw_errno("accept");
  return connection;
}

void report_line(const std::string& line) {
  const std::string text = line + '\n';
  write_all(kReportFd, text.data(), text.size());
}

void report_cpu() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  report_line("cpu " + std::to_string(seconds(usage.ru_utime) + seconds(usage.ru_stime)));
}

void answer_control() {
  for (char question = 0; ::read(kControlFd, &question, 1) == 1;) report_cpu();
  ::_exit(1);
}

void report_done(std::int64_t done_ns, std::uint64_t count) {
  report_line("done " + std::to_string(done_ns) + ' ' + std::to_string(count) + ' ' +
              std::to_string(peak_bytes()));
}

}  // namespace rtmp::bench
