// SPDX-License-Identifier: LGPL-2.1-or-later
// nginx-rtmp pushes what FFmpeg publishes to it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "clients.h"
#include "element_stats.h"
#include "eventually.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "reserved_port.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

/// nginx with the configuration of examples/deploy, but for the ports.
class Nginx {
 public:
  explicit Nginx(std::uint16_t element)
      : program_({system_program("nginx"), "-p", scratch(""), "-c", written(element), "-g",
                  "daemon off; master_process off; pid nginx.pid; error_log stderr notice;"}) {
    EXPECT_TRUE(program_.prints("getrlimit")) << program_.output();
  }
  [[nodiscard]] std::string url(const std::string& key) const {
    return local_url(port_.number(), "live/" + key);
  }

 private:
  std::string written(std::uint16_t element) {
    std::ifstream in(std::string(g_getenv("SOURCES")) + "/examples/deploy/nginx.conf");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text = std::regex_replace(text, std::regex("modules/"), "/usr/lib/nginx/modules/");
    text = std::regex_replace(text, std::regex("listen 1935"),
                              "listen 127.0.0.1:" + std::to_string(port_.number()));
    text = std::regex_replace(text, std::regex("1936"), std::to_string(element));
    const std::string file = scratch("nginx.conf");
    std::ofstream(file) << text;
    return file;
  }

  ReservedPort port_;
  Program program_;
};

std::vector<std::string> publish(const std::string& url, const std::string& without = "") {
  auto command = ffmpeg_publish(real_media(5), url, true);
  if (!without.empty()) command.insert(command.end() - 3, without);
  return command;
}

// nginx connects when the publisher has come, and begins with a key frame.
TEST(Push, BringsPublishersWithTheirNames) {
  TestBin server("max-publishers=0");
  server.play();
  const Nginx nginx(server.port());
  Process both(publish(nginx.url("both")));
  ASSERT_TRUE(server.wait_for("publisher-added 0 live both"));
  Process video(publish(nginx.url("video"), "-an"));
  ASSERT_TRUE(server.wait_for("publisher-added 1 live video"));
  Process audio(publish(nginx.url("audio"), "-vn"));
  ASSERT_TRUE(server.wait_for("publisher-added 2 live audio"));
  EXPECT_TRUE(server.wait_for_frames("video_0_0", 90));
  EXPECT_TRUE(server.wait_for_frames("audio_0_0", 90));
  EXPECT_TRUE(server.wait_for_frames("video_1_0", 90));
  EXPECT_TRUE(server.wait_for_frames("audio_2_0", 90));
  for (Process* publisher : {&both, &video, &audio}) EXPECT_EQ(publisher->wait(), "");
  for (const char* number : {"0", "1", "2"})
    EXPECT_TRUE(eventually([&] {
      return std::ranges::any_of(server.story(), [&](const std::string& line) {
        return line.starts_with(std::string("publisher-removed ") + number);
      });
    }));
}

TEST(Push, GoesOnAfterAPublisherThatIsKilled) {
  TestBin server("max-publishers=0");
  server.play();
  const Nginx nginx(server.port());
  Process first(publish(nginx.url("cam")));
  ASSERT_TRUE(server.wait_for_frames("video_0_0", 30));
  first.kill();
  EXPECT_TRUE(server.wait_for("removed video_0_0"));
  Process second(publish(nginx.url("cam")));
  EXPECT_TRUE(server.wait_for_frames("video_1_0", 60));
  EXPECT_EQ(second.wait(), "");
}

}  // namespace
}  // namespace rtmp::test
