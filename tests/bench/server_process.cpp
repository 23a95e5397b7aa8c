// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "serve.h"

namespace rtmp::bench {
namespace {

constexpr auto kStartTime = std::chrono::seconds(30);  // a first run may have to scan every plugin

struct Pipe {
  Fd read_end;
  Fd write_end;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe(ends) != 0) throw_errno("pipe");
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace

ServerProcess::ServerProcess(const std::vector<std::string>& program, const std::vector<std::string>& mode) {
  Pipe control = make_pipe();
  Pipe reports = make_pipe();
  std::vector<std::string> words = program;
  words.emplace_back("--serve");
  words.insert(words.end(), mode.begin(), mode.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  pid_ = ::fork();
  if (pid_ < 0) throw_errno("fork");
  if (pid_ == 0) {
    // Two steps, as an end of ours may already have one of the two numbers.
    const int control_fd = ::fcntl(control.read_end.get(), F_DUPFD, kReportFd + 1);
    const int report_fd = ::fcntl(reports.write_end.get(), F_DUPFD, kReportFd + 1);
    ::dup2(control_fd, kControlFd);
    ::dup2(report_fd, kReportFd);
    ::close(control_fd);
    ::close(report_fd);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  control_ = std::move(control.write_end);
  reports_ = std::move(reports.read_end);
  control.read_end.reset();
  reports.write_end.reset();

  try {
    const std::string line = read_line(Clock::now() + kStartTime);
    if (line.rfind("port ", 0) != 0)
      throw std::runtime_error(line.empty() ? "the server did not start" : line);
    port_ = std::stoi(line.substr(5));
  } catch (...) {
    (void)reap();
    if (!ending_.empty()) throw std::runtime_error("the server did not start; " + ending_);
    throw;
  }
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) (void)reap();
}

double ServerProcess::cpu_so_far() { return ask('?', "cpu "); }

double ServerProcess::time_of_stats() { return ask(kStatsQuestion, "stats "); }

double ServerProcess::ask(char question, const std::string& answer) {
  if (::write(control_.get(), &question, 1) != 1) throw_errno("write");
  const std::string line = read_line(Clock::now() + kStartTime);
  if (line.rfind(answer, 0) != 0)
    throw std::runtime_error(line.empty() ? "the server does not answer" : line);
  return std::stod(line.substr(answer.size()));
}

ServerReport ServerProcess::wait(Clock::time_point deadline) {
  ServerReport report;
  bool done = false;
  for (std::string line; !(line = read_line(deadline)).empty();) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "done") {
      words >> report.done_ns >> report.count >> report.peak_bytes;
      done = true;
    } else if (kind == "latency") {
      words >> report.latencies_ns.emplace_back();
    } else {
      throw std::runtime_error(line);
    }
  }
  report.cpu_seconds = reap();
  if (!ending_.empty()) throw std::runtime_error(ending_);
  if (!done) throw std::runtime_error("the server ended without a report");
  return report;
}

std::string ServerProcess::fate() {
  stop();
  try {
    (void)wait(Clock::now() + kStartTime);
    return "the server had no failure";
  } catch (const std::exception& failure) {
    return failure.what();
  }
}

std::string ServerProcess::read_line(Clock::time_point deadline) {
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (wait_for(reports_.get(), POLLIN, deadline) == 0) return {};
    std::array<char, 4096> buffer;
    const auto size = ::read(reports_.get(), buffer.data(), buffer.size());
    if (size <= 0) return {};
    unread_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

double ServerProcess::reap() {
  // A child that has ended its report is on its way out; one that has not is stuck. It gets a moment, then a
  // signal that cannot be refused, so that this never waits for good.
  control_.reset();
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  while (!read_line(deadline).empty()) {
  }
  const bool stuck = Clock::now() >= deadline;
  if (stuck) ::kill(pid_, SIGKILL);
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (stuck)
    ending_ = "the server did not end in time";
  else if (WIFSIGNALED(status))
    ending_ = std::string("the server died: ") + ::strsignal(WTERMSIG(status));
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace rtmp::bench
