// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "process.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

/// 0 where it has ended already.
int identifier(GSubprocess* process) {
  const gchar* text = g_subprocess_get_identifier(process);
  return text ? std::atoi(text) : 0;
}

}  // namespace

Program::Program(const std::vector<std::string>& command)
    : process_(spawn(command)), group_(identifier(process_.get())), reader_([this] { read(); }) {}

Program::~Program() {
  g_subprocess_force_exit(process_.get());
  reader_.join();
}

void Program::read() {
  const GObjectPtr<GDataInputStream> in(
      g_data_input_stream_new(g_subprocess_get_stdout_pipe(process_.get())));
  while (gchar* line = g_data_input_stream_read_line(in.get(), nullptr, nullptr, nullptr)) {
    std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
    g_free(line);
    changed_.notify_all();
  }
  g_subprocess_wait(process_.get(), nullptr, nullptr);
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::string Program::line(const std::string& beginning) {
  std::unique_lock lock(mutex_);
  auto found = lines_.end();
  changed_.wait_for(lock, kPatience, [&] {
    found = std::ranges::find_if(lines_, [&](const auto& line) { return line.starts_with(beginning); });
    return found != lines_.end() || ended_;
  });
  if (found == lines_.end()) return "";
  std::string line = std::move(*found);
  lines_.erase(found);
  return line;
}

bool Program::prints(const std::string& text, int lines) {
  std::unique_lock lock(mutex_);
  const auto enough = [&] {
    return std::ranges::count_if(
               lines_, [&](const auto& line) { return line.find(text) != std::string::npos; }) >= lines;
  };
  changed_.wait_for(lock, kPatience, [&] { return enough() || ended_; });
  return enough();
}

std::string Program::output() {
  std::lock_guard lock(mutex_);
  std::string all;
  for (const auto& line : lines_) all += line + "\n";
  return all;
}

void Program::signal_group(int number) {
  if (group_ > 0) ::kill(-group_, number);
}

bool Program::ends() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return ended_; });
}

int Program::exit_status() {
  if (!ends()) return -1;
  return g_subprocess_get_if_exited(process_.get()) ? g_subprocess_get_exit_status(process_.get()) : -1;
}

}  // namespace rtmp::test
