// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that records each publisher to its own MP4, in either language: RECORD_EACH is its command.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "certificate_files.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

// The example, with a folder of its own for what it records.
class RecordEach : public testing::Test {
 protected:
  RecordEach() : folder_(scratch(testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directory(folder_);
  }

  void start(const Words& options = {}) {
    Words command = words(g_getenv("RECORD_EACH"));
    for (const auto& word : Words{"--port", "0", "--folder", folder_}) command.push_back(word);
    command.insert(command.end(), options.begin(), options.end());
    program_ = std::make_unique<Program>(command);
    const std::string told = "listening on port ";
    const std::string line = program_->line(told);
    ASSERT_FALSE(line.empty());
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(told.size())));
  }

  [[nodiscard]] std::string url(const std::string& path, const std::string& scheme = "rtmp") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_) + "/" + path;
  }

  [[nodiscard]] Words publish(const std::string& path, const Words& options = {}, bool paced = false) const {
    Words command = words("ffmpeg -nostdin -loglevel error");
    if (paced) command.push_back("-re");
    for (const auto& word : Words{"-i", real_media(10), "-c", "copy"}) command.push_back(word);
    command.insert(command.end(), options.begin(), options.end());
    for (const auto& word : Words{"-f", "flv", url(path)}) command.push_back(word);
    return command;
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  bool told(const std::string& what, const std::string& name) {
    return program_->line(what + " " + path(name)) == what + " " + path(name);
  }

  /// How many packets a file has; none where it cannot be read.
  struct Packets {
    int video = 0;
    int audio = 0;
  };
  static Packets packets(const std::string& file) {
    // Edit lists would hide what is before the later track's first.
    Words command = words("ffprobe -v quiet -count_packets -show_entries stream=codec_type,nb_read_packets");
    if (file.ends_with(".mp4")) command.insert(command.end(), {"-ignore_editlist", "1"});
    command.insert(command.end(), {"-of", "csv=p=0", file});
    std::istringstream listing(run(command));
    Packets packets;
    for (std::string line; std::getline(listing, line);) {
      const int count = std::atoi(line.substr(line.find(',') + 1).c_str());
      (line.starts_with("video") ? packets.video : packets.audio) += count;
    }
    return packets;
  }
  static Packets published() {
    static const Packets all = packets(real_media(10));
    return all;
  }
  void expect_all_of_it(const std::string& name, bool with_audio = true) {
    const auto [video, audio] = packets(path(name));
    EXPECT_EQ(video, published().video) << name;
    // Of two tracks that begin apart, mp4mux (1.22) leaves out one sample at the start.
    EXPECT_GE(audio, with_audio ? published().audio - 1 : 0) << name;
    EXPECT_LE(audio, with_audio ? published().audio : 0) << name;
  }

  [[nodiscard]] std::set<std::string> recordings() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      names.insert(entry.path().filename().string());
    return names;
  }

  void stop(int signal = SIGINT) {
    program_->signal(signal);
    EXPECT_EQ(program_->exit_status(), 0);
  }

  static Words words(const std::string& line) {
    gint count = 0;
    gchar** parsed = nullptr;
    if (!g_shell_parse_argv(line.c_str(), &count, &parsed, nullptr)) return {};
    Words list(parsed, parsed + count);
    g_strfreev(parsed);
    return list;
  }

  const std::string folder_;
  std::unique_ptr<Program> program_;
  std::uint16_t port_ = 0;
};

TEST_F(RecordEach, MakesAFileOfEachOfThoseThatPublishAtOnce) {
  start();
  Process first(publish("live/one"));
  Process second(publish("live/two"));
  Process silent(publish("live/silent", {"-an"}));
  EXPECT_EQ(first.wait(), "");
  EXPECT_EQ(second.wait(), "");
  EXPECT_EQ(silent.wait(), "");
  for (const char* name : {"live-one-1.mp4", "live-two-1.mp4", "live-silent-1.mp4"}) {
    EXPECT_TRUE(told("recording", name));
    EXPECT_TRUE(told("finished:", name));
  }
  expect_all_of_it("live-one-1.mp4");
  expect_all_of_it("live-two-1.mp4");
  expect_all_of_it("live-silent-1.mp4", false);

  EXPECT_EQ(run(publish("live/one")), "");
  EXPECT_TRUE(told("finished:", "live-one-2.mp4"));
  expect_all_of_it("live-one-2.mp4");
  expect_all_of_it("live-one-1.mp4");
  stop(SIGTERM);
  EXPECT_EQ(recordings().size(), 4u);
}

TEST_F(RecordEach, FinishesWhatItRecordsWhenItIsStopped) {
  start();
  Program publisher(publish("live/cut", {"-progress", "-", "-stats_period", "0.1"}, true));
  int frames = 0;
  while (frames < 30) {
    const std::string line = publisher.line("frame=");
    ASSERT_FALSE(line.empty());
    frames = std::stoi(line.substr(line.find('=') + 1));
  }
  EXPECT_NE(run(publish("live/cut")).find("Somebody else is publishing here"), std::string::npos);
  stop();
  EXPECT_TRUE(told("finished:", "live-cut-1.mp4"));
  const auto [video, audio] = packets(path("live-cut-1.mp4"));
  EXPECT_GE(video, frames - 1);
  EXPECT_LT(video, published().video);
  EXPECT_GT(audio, 20);
  EXPECT_EQ(recordings(), std::set<std::string>{"live-cut-1.mp4"});
}

TEST_F(RecordEach, LetsNobodyChooseAPath) {
  start();
  EXPECT_EQ(run(publish("x", {"-rtmp_app", "../live", "-rtmp_playpath", "../../e.v/i l"})), "");
  EXPECT_TRUE(told("finished:", "live-evil-1.mp4"));
  expect_all_of_it("live-evil-1.mp4");
  TcpPublisher marks(port_);
  EXPECT_EQ(marks.publish("live", "\xFF"), "NetStream.Publish.Denied");
  stop();
  EXPECT_EQ(recordings(), std::set<std::string>{"live-evil-1.mp4"});
}

TEST_F(RecordEach, TakesOnlyTheKeysThatItIsGiven) {
  start({"--key", "one", "--key", "two"});
  EXPECT_NE(run(publish("live/three")).find("stream key is not accepted"), std::string::npos);
  EXPECT_EQ(run(publish("live/two")), "");
  EXPECT_TRUE(told("finished:", "live-two-1.mp4"));
  stop();
  EXPECT_EQ(recordings(), std::set<std::string>{"live-two-1.mp4"});
}

TEST_F(RecordEach, KeepsNoFileOfAPublisherThatSendsNothing) {
  start();
  TcpPublisher publisher(port_);
  EXPECT_EQ(publisher.publish("live", "nothing"), "NetStream.Publish.Start");
  EXPECT_TRUE(told("recording", "live-nothing-1.mp4"));
  publisher.close();
  EXPECT_NE(program_->line("finished: "), "");
  EXPECT_EQ(recordings(), std::set<std::string>{});
  stop();
}

TEST_F(RecordEach, TakesPublishersOverTls) {
  const CertificateFiles files = make_certificate("server");
  start({"--certificate", files.certificate, "--private-key", files.key});
  Words command = publish("live/secret", {"-tls_verify", "0"});
  command.back() = url("live/secret", "rtmps");
  EXPECT_EQ(run(command), "");
  EXPECT_TRUE(told("finished:", "live-secret-1.mp4"));
  expect_all_of_it("live-secret-1.mp4");
  stop();
}

}  // namespace
}  // namespace rtmp::test
