// SPDX-License-Identifier: LGPL-2.1-or-later
// scripts/record: no recording is lost by it, and it says what goes on.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "clients.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<std::string> record(const std::vector<std::string>& options) {
  std::vector<std::string> command{environment("RECORD_SCRIPT"), "--plugin", environment("GST_PLUGIN_PATH")};
  command.insert(command.end(), options.begin(), options.end());
  return command;
}

/// A file that is not there yet.
std::string new_file() {
  const std::string file = scratch("recorded.flv");
  std::filesystem::remove(file);
  return file;
}

class Record {
 public:
  explicit Record(const std::string& file) : program_(record({"--port", "0", "--output", file})) {
    const std::string line = program_.line("Publish to rtmp://localhost:");
    const std::size_t colon = line.find(':', line.find("localhost"));
    if (colon != std::string::npos) port_ = static_cast<std::uint16_t>(std::atoi(line.c_str() + colon + 1));
  }
  ~Record() {
    // Killed, it would leave gst-launch behind, which records on.
    program_.signal(SIGINT);
    program_.exit_status();
  }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  Program& operator*() { return program_; }
  Program* operator->() { return &program_; }

 private:
  Program program_;
  std::uint16_t port_ = 0;
};

TEST(RecordScript, RecordsAndSaysWhatGoesOn) {
  const std::string file = new_file();
  const std::string media = real_media(3);
  Record script(file);
  ASSERT_NE(script.port(), 0);
  Process ffmpeg(ffmpeg_publish(media, local_url(script.port()), true));
  EXPECT_NE(script->line("Recording live/key of FMLE/3.0 (compatible; Lavf"), "");
  EXPECT_NE(script->line("127.0.0.1:").find(" publishes 'live'"), std::string::npos);
  EXPECT_NE(script->line("  0:01  "), "");
  EXPECT_NE(TcpPublisher(script.port()).publish("other", "key"), "NetStream.Publish.Start");
  EXPECT_NE(script->line("Turned away 127.0.0.1:"), "");
  EXPECT_EQ(ffmpeg.wait(), "");
  EXPECT_EQ(script->line("The stream has ended: "), "The stream has ended: unpublished (H.264, AAC)");
  EXPECT_NE(script->line("Recorded to " + file + ": "), "");
  EXPECT_EQ(script->exit_status(), 0);
  EXPECT_EQ(packets(file), packets(media));
}

TEST(RecordScript, InterruptedKeepsWhatHasCome) {
  const std::string file = new_file();
  Record script(file);
  Process ffmpeg(ffmpeg_publish(real_media(10), local_url(script.port()), true));
  EXPECT_NE(script->line("  0:02  "), "");
  script->signal(SIGINT);
  EXPECT_EQ(script->line("The stream has ended: "), "The stream has ended: stopped (H.264, AAC)");
  EXPECT_EQ(script->exit_status(), 0);
  EXPECT_GT(packets(file).size(), 50u);
}

TEST(RecordScript, LeavesNothingWhereNothingCame) {
  const std::string file = new_file();
  Record script(file);
  ASSERT_NE(script.port(), 0);
  script->signal(SIGINT);
  EXPECT_NE(script->line("Nothing was published."), "");
  EXPECT_EQ(script->exit_status(), 0);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(RecordScript, LeavesAFileThatIsThereAsItIs) {
  const std::string file = scratch("precious.flv");
  const std::string precious = "nine megabytes";
  std::ofstream(file) << precious;
  Process refused(record({"--port", "0", "--output", file}));
  EXPECT_NE(refused.wait().find("is there already"), std::string::npos);
  EXPECT_EQ(refused.exit_status(), 2);

  // Nor does a port that somebody has cost anything.
  const std::string other = new_file();
  Record script(file + ".first");
  for (const std::string& output : {file, other}) {
    Process busy(record({"--port", std::to_string(script.port()), "--output", output}));
    const std::string said = busy.wait();
    EXPECT_NE(said.find(output == other ? "Cannot listen" : "is there already"), std::string::npos) << said;
    EXPECT_GT(busy.exit_status(), 0);
  }
  EXPECT_FALSE(std::filesystem::exists(other));
  std::ifstream in(file);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), {}}), precious);
}

TEST(RecordScript, NamesAnOptionThatItDoesNotKnow) {
  Process script(record({"--prot", "1935"}));
  EXPECT_NE(script.wait().find("unknown option '--prot'"), std::string::npos);
  EXPECT_EQ(script.exit_status(), 2);
}

}  // namespace
}  // namespace rtmp::test
