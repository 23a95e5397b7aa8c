// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that passes a publisher on by SRT, in either language.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <sstream>
#include <thread>

#include "clients.h"
#include "example.h"
#include "process.h"
#include "real_media.h"
#include "reserved_port.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

class Srt : public testing::Test {
 protected:
  Srt()
      : address_("srt://127.0.0.1:" + std::to_string(reserved_.number())),
        received_(
            scratch(std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".ts")),
        example_(Words{"--to", address_ + "?mode=listener"}) {}

  // Comes before or after the publisher.
  void view() {
    viewer_ = std::make_unique<Process>(
        launch("srtsrc uri=" + address_ + " ! filesink buffer-mode=unbuffered location=" + received_));
    EXPECT_NE(example_.program().line("viewer added"), "");
  }
  // How many packets of each codec the viewer has received.
  [[nodiscard]] std::map<std::string, int> packets() const {
    std::istringstream listing(run({"ffprobe", "-v", "quiet", "-count_packets", "-show_entries",
                                    "stream=codec_name,nb_read_packets", "-of", "csv=p=0", received_}));
    std::map<std::string, int> packets;
    for (std::string line; std::getline(listing, line);)
      if (const auto comma = line.find(','); comma != std::string::npos)
        packets[line.substr(0, comma)] = std::atoi(line.c_str() + comma + 1);
    return packets;
  }
  // Waits until the viewer has received as many.
  void expect_received(const std::string& codec, int packets) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    int received = 0;
    while ((received = this->packets()[codec]) < packets && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_GE(received, packets) << codec << "\n" << example_.program().output();
  }

  const ReservedPort reserved_;
  const std::string address_;
  const std::string received_;
  Example example_;
  std::unique_ptr<Process> viewer_;
};

TEST_F(Srt, ViewerStaysThroughReconnectsTheFirstPublisherWithoutAudio) {
  view();
  Words silent = ffmpeg_publish(encoded("320x240", "libx264", "aac"), example_.url(), true);
  silent.insert(std::find(silent.begin(), silent.end(), "-c"), "-an");
  EXPECT_EQ(run(silent), "");
  expect_received("h264", 30);
  Process killed(ffmpeg_publish(real_media(10), example_.url(), true));
  EXPECT_NE(example_.program().line("audio_0_0: aacparse"), "");
  expect_received("h264", 60);
  killed.kill();
  EXPECT_EQ(run(ffmpeg_publish(encoded("160x120", "libx264", "aac"), example_.url(), true)), "");
  expect_received("h264", 30 + 30 + 30);
  expect_received("aac", 40);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Srt, ViewerSeesAllOfAPublisherThatStoodStill) {
  view();
  Process publisher(ffmpeg_publish(real_media(10), example_.url(), true));
  expect_received("h264", 60);
  publisher.signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(10));  // the stall itself
  publisher.signal(SIGCONT);
  EXPECT_EQ(publisher.wait(), "");
  expect_received("h264", 300);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Srt, ViewerHearsSoundAlone) {
  view();
  Words sound = ffmpeg_publish(real_media(10), example_.url(), true);
  sound.insert(std::find(sound.begin(), sound.end(), "-c"), "-vn");
  Process publisher(sound);
  expect_received("aac", 60);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Srt, ViewerComesAfterAPublisherOfHevc) {
  TcpPublisher publisher(example_.port());
  EXPECT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  EXPECT_TRUE(send_all(publisher, hevc_messages(100)));
  EXPECT_NE(example_.program().line("video_0_0: h265parse"), "");
  view();
  EXPECT_TRUE(publisher.unpublish());
  expect_received("hevc", 25);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Srt, TellsOfACodecThatDoesNotFollowOnAPad) {
  EXPECT_EQ(run(ffmpeg_publish(encoded("160x120", "libx264", "aac"), example_.url())), "");
  EXPECT_TRUE(publish(example_.port(), "key", hevc_messages(10)));
  EXPECT_NE(example_.program().line("track-left-out"), "");
  EXPECT_TRUE(example_.stop());
}

}  // namespace
}  // namespace rtmp::test
