// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that makes HLS, in either language, read by FFmpeg and by GStreamer's hlsdemux.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "clients.h"
#include "example.h"
#include "process.h"
#include "real_media.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

class Hls : public testing::Test {
 protected:
  Hls() : folder_(scratch(testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directory(folder_);
    example_ = std::make_unique<Example>(Words{"--folder", folder_, "--length", "100"});
  }

  [[nodiscard]] std::string path(const std::string& name = "live.m3u8") const {
    return folder_ + "/key/" + name;
  }
  // Waits until the playlist has this segment.
  void expect_segment(const std::string& name) {
    EXPECT_NE(example_->program().line(path() + ": " + path(name)), "")
        << name << example_->program().output();
  }
  // How often a line of the playlist begins like this.
  [[nodiscard]] long lines(const std::string& beginning) const {
    std::ifstream file(path());
    long count = 0;
    for (std::string line; std::getline(file, line);) count += line.starts_with(beginning);
    return count;
  }
  // The times of a medium ("v", "a") in a segment or in the playlist, in the order of time, as FFmpeg reads
  // them.
  static std::vector<double> times(const std::string& file, const std::string& medium) {
    std::istringstream listing(run({"ffprobe", "-v", "quiet", "-select_streams", medium + ":0",
                                    "-show_entries", "packet=pts_time", "-of", "csv=p=0", file}));
    std::vector<double> times;
    for (std::string line; std::getline(listing, line);)
      if (!line.empty()) times.push_back(std::stod(line));
    std::ranges::sort(times);
    return times;
  }
  // How many packets of these segments do not count on from the packet before them in their stream of
  // MPEG-TS. A player takes that for a loss, and drops a frame (RFC 8216, section 3).
  [[nodiscard]] int miscounted(const Words& segments) const {
    std::map<int, int> expected;
    int miscounted = 0;
    for (const std::string& segment : segments) {
      std::ifstream file(path(segment), std::ios::binary);
      std::array<unsigned char, 188> packet{};
      while (file.read(reinterpret_cast<char*>(packet.data()), packet.size())) {
        if (!(packet[3] & 0x10)) continue;  // without a payload, it does not count
        const int stream = (packet[1] & 0x1f) << 8 | packet[2], counter = packet[3] & 0x0f;
        const auto [known, first] = expected.try_emplace(stream, counter);
        miscounted += !first && known->second != counter;
        known->second = (counter + 1) % 16;
      }
    }
    EXPECT_FALSE(expected.empty());
    return miscounted;
  }
  static double longest_gap(const std::vector<double>& times) {
    double longest = 0;
    for (std::size_t at = 1; at < times.size(); ++at) longest = std::max(longest, times[at] - times[at - 1]);
    return longest;
  }
  // How many pictures hlsdemux and a decoder make of the playlist.
  [[nodiscard]] std::uintmax_t decoded() const {
    const std::string raw = path("raw");
    EXPECT_EQ(run(launch("uridecodebin uri=file://" + path() +
                         " name=d d. ! video/x-raw ! videoconvert ! videoscale ! "
                         "video/x-raw,format=I420,width=16,height=16 ! filesink location=" +
                         raw + " d. ! audio/x-raw ! fakesink")),
              "");
    return std::filesystem::file_size(raw) / (16 * 16 * 3 / 2);
  }

  const std::string folder_;
  std::unique_ptr<Example> example_;
};

Words without_audio(Words command) {
  command.insert(std::find(command.begin(), command.end(), "-c"), "-an");
  return command;
}

TEST_F(Hls, GoesOnWithEachNextPublisherTheFirstWithoutAudio) {
  EXPECT_EQ(run(without_audio(ffmpeg_publish(real_media(10), example_->url()))), "");
  expect_segment("1-00004.ts");
  EXPECT_EQ(run(ffmpeg_publish(encoded("160x120", "libx264", "aac"), example_->url())), "");
  expect_segment("2-00000.ts");
  EXPECT_EQ(run(ffmpeg_publish(real_media(10), example_->url())), "");
  expect_segment("3-00004.ts");
  EXPECT_EQ(lines("#EXT-X-ENDLIST"), 0);
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(lines("#EXT-X-ENDLIST"), 1);
  EXPECT_EQ(lines("#EXT-X-DISCONTINUITY-SEQUENCE:0"), 1);
  EXPECT_EQ(lines("#EXT-X-DISCONTINUITY"), 3);
  EXPECT_EQ(times(path(), "v").size(), 300u + 30u + 300u);
  EXPECT_EQ(decoded(), 300u + 30u + 300u);
  // Within a publisher's part nothing is missing, neither picture nor sound.
  for (const std::string publisher : {"1", "3"}) {
    std::vector<double> video, audio;
    Words segments;
    for (int number = 0; number < 5; ++number) {
      segments.push_back(publisher + "-0000" + std::to_string(number) + ".ts");
      const std::string segment = path(segments.back());
      EXPECT_EQ(times(segment, "v").size(), 60u) << segment;
      for (const double time : times(segment, "v")) video.push_back(time);
      for (const double time : times(segment, "a")) audio.push_back(time);
    }
    EXPECT_EQ(miscounted(segments), 0);
    std::ranges::sort(video);
    std::ranges::sort(audio);
    EXPECT_LT(longest_gap(video), 0.035);
    EXPECT_LT(longest_gap(audio), 0.025);
    EXPECT_NEAR(audio.front(), video.front(), 0.1);
    EXPECT_NEAR(audio.back(), video.back(), 0.1);
  }
}

TEST_F(Hls, GoesOnWithAnEncoderThatWasKilledAndWithHevc) {
  Process killed(ffmpeg_publish(real_media(10), example_->url(), true));
  expect_segment("1-00000.ts");
  killed.kill();
  EXPECT_TRUE(publish(example_->port(), "key", hevc_messages(50)));
  expect_segment("2-00000.ts");
  EXPECT_EQ(times(path("2-00000.ts"), "v").size(), 50u);
  EXPECT_TRUE(example_->stop());
}

// What comes late is not lost, and nothing stands in its place.
TEST_F(Hls, GoesOnWithAPublisherThatStoodStill) {
  Process publisher(catching_up(ffmpeg_publish(real_media(10), example_->url(), true)));
  expect_segment("1-00000.ts");
  publisher.signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(4));
  publisher.signal(SIGCONT);
  EXPECT_EQ(publisher.wait(), "");
  expect_segment("1-00004.ts");
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(times(path(), "v").size(), 300u);
  const std::string silences = run({"ffmpeg", "-nostdin", "-v", "info", "-i", path(), "-vn", "-af",
                                    "silencedetect=noise=-50dB:duration=0.3", "-f", "null", "-"});
  EXPECT_NE(silences.find("Audio: aac"), std::string::npos) << silences;
  EXPECT_EQ(silences.find("silence_start"), std::string::npos) << silences;
}

TEST_F(Hls, HasAPublisherComeAgainWhoseCodecChanges) {
  auto sent = messages(real_media(10));
  for (Sent message : hevc_messages(10)) {
    message.timestamp += 10'000;
    sent.push_back(message);
  }
  TcpPublisher publisher(example_->port());
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  EXPECT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(publisher.next_status(), "NetConnection.Connect.AppShutdown");
  publisher.close();
  expect_segment("1-00004.ts");
  EXPECT_TRUE(publish(example_->port(), "key", hevc_messages(25)));
  expect_segment("2-00000.ts");
  EXPECT_TRUE(example_->stop());
}

TEST_F(Hls, IsMadeOfSoundAlone) {
  Words command = ffmpeg_publish(real_media(10), example_->url());
  command.insert(std::find(command.begin(), command.end(), "-c"), "-vn");
  EXPECT_EQ(run(command), "");
  expect_segment("1-00004.ts");
  EXPECT_TRUE(example_->stop());
  EXPECT_LT(longest_gap(times(path(), "a")), 0.025);
}

TEST_F(Hls, EndsWithTheLastWholeSegmentOfRtmp2sinkAtCtrlC) {
  Process publisher(
      launch("videotestsrc is-live=true ! video/x-raw,width=160,height=120 ! x264enc tune=zerolatency "
             "key-int-max=30 ! "
             "flvmux name=m streamable=true ! rtmp2sink location=" +
             example_->url() + " audiotestsrc is-live=true ! avenc_aac ! m."));
  expect_segment("1-00000.ts");
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(lines("1-00001.ts"), 1);
}

}  // namespace
}  // namespace rtmp::test
