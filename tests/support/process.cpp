// SPDX-License-Identifier: LGPL-2.1-or-later
#include "process.h"

#include <cstdlib>
#include <filesystem>

namespace rtmp::test {

GObjectPtr<GSubprocess> spawn(const std::vector<std::string>& command) {
  std::vector<const gchar*> argv;
  for (const std::string& word : command) argv.push_back(word.c_str());
  argv.push_back(nullptr);
  GError* error = nullptr;
  GObjectPtr<GSubprocess> process(g_subprocess_newv(
      argv.data(),
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE),
      &error));
  if (!process) {
    g_printerr("%s: %s\n", argv[0], error->message);
    std::abort();
  }
  return process;
}

Process::Process(const std::vector<std::string>& command) : process_(spawn(command)) {}

Process::~Process() { kill(); }

std::string Process::wait() {
  GBytes* output = nullptr;
  g_subprocess_communicate(process_.get(), nullptr, nullptr, &output, nullptr, nullptr);
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(output, &size));
  std::string text(data ? data : "", size);
  g_bytes_unref(output);
  exit_status_ =
      g_subprocess_get_if_exited(process_.get()) ? g_subprocess_get_exit_status(process_.get()) : -1;
  return text;
}

void Process::kill() { g_subprocess_force_exit(process_.get()); }

void Process::signal(int number) { g_subprocess_send_signal(process_.get(), number); }

std::string run(const std::vector<std::string>& command) { return Process(command).wait(); }

std::string scratch(const std::string& name) {
  struct Folder {
    std::filesystem::path path;
    Folder() {
      gchar* made = g_dir_make_tmp("rtmp2server-XXXXXX", nullptr);
      path = made;
      g_free(made);
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return (folder.path / name).string();
}

}  // namespace rtmp::test
