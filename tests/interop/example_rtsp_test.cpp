// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that passes a publisher on by RTSP, with FFmpeg as the viewer.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "clients.h"
#include "example.h"
#include "process.h"
#include "real_media.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

class Rtsp : public testing::Test {
 protected:
  Rtsp() : example_(Words{"--rtsp-port", "0"}) {
    const std::string told = "viewers on port ";
    const std::string line = example_.program().line(told);
    if (!line.empty()) url_ = "rtsp://127.0.0.1:" + line.substr(told.size()) + "/live";
  }

  // FFmpeg, which says how many pictures it has received.
  [[nodiscard]] Words viewer(const std::string& transport = "tcp") const {
    return {"ffmpeg", "-nostdin", "-loglevel", "info", "-rtsp_transport", transport, "-i", url_,
            "-c",     "copy",     "-progress", "-",    "-stats_period",   "0.1",     "-f", "null",
            "-"};
  }
  // Waits until the viewer has as many. Returns how many it has then.
  static int received(Program& viewer, int frames) {
    int has = 0;
    while (has < frames) {
      const std::string line = viewer.line("frame=");
      if (line.empty()) {
        ADD_FAILURE() << "the viewer has " << has << ": " << viewer.output();
        return has;
      }
      has = std::atoi(line.c_str() + line.find('=') + 1);
    }
    return has;
  }

  Example example_;
  std::string url_;
};

TEST_F(Rtsp, ViewerWaitsForAPublisherAndStaysThroughItsReconnects) {
  Program viewer(this->viewer());
  Process killed(ffmpeg_publish(real_media(10), example_.url(), true));
  EXPECT_NE(example_.program().line("viewers: video_0_0 audio_0_0"), "");
  received(viewer, 45);
  killed.kill();
  Process next(ffmpeg_publish(real_media(10), example_.url(), true));
  received(viewer, 200);  // the first was killed long before
  EXPECT_TRUE(viewer.prints("Video: h264"));
  EXPECT_TRUE(viewer.prints("Audio: aac"));
  EXPECT_TRUE(example_.stop());
}

// The viewer sees what comes late, too. It does not tell of the last of it before something follows.
TEST_F(Rtsp, ViewerSeesAllOfAPublisherThatStoodStill) {
  Process publisher(publish_forever(real_media(10), example_.url()));
  Program viewer(this->viewer());
  const int before = received(viewer, 45);
  publisher.signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(10));  // the stall itself
  publisher.signal(SIGCONT);
  received(viewer, before + 300 + 60);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Rtsp, ViewersComeAfterAPublisherWithoutAudio) {
  Words silent = ffmpeg_publish(real_media(10), example_.url(), true);
  silent.insert(std::find(silent.begin(), silent.end(), "-c"), "-an");
  Process publisher(silent);
  EXPECT_NE(example_.program().line("video_0_0: "), "");
  Program first(viewer()), second(viewer("udp"));
  received(first, 30);
  received(second, 30);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Rtsp, ViewerHearsSoundAlone) {
  Words sound = ffmpeg_publish(real_media(10), example_.url(), true);
  sound.insert(std::find(sound.begin(), sound.end(), "-c"), "-vn");
  Process publisher(sound);
  Program viewer(this->viewer());
  EXPECT_NE(viewer.line("out_time=00:00:02."), "") << viewer.output();
  EXPECT_TRUE(viewer.prints("Audio: aac"));
  EXPECT_FALSE(viewer.output().find("Video:") != std::string::npos);
  EXPECT_TRUE(example_.stop());
}

TEST_F(Rtsp, ViewerSeesHevc) {
  EXPECT_TRUE(publish(example_.port(), "key", hevc_messages(200)));
  Program viewer(this->viewer());
  received(viewer, 20);
  EXPECT_TRUE(viewer.prints("Video: hevc"));
  EXPECT_TRUE(example_.stop());
}

}  // namespace
}  // namespace rtmp::test
