// SPDX-License-Identifier: LGPL-2.1-or-later
// What the stats property says of the media: rates and sizes.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "element_stats.h"
#include "eventually.h"
#include "media_fixture.h"
#include "process.h"
#include "real_media.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr const char* kStart = "NetStream.Publish.Start";

std::uint64_t number_of(const TestPipeline& pipeline, const char* field) {
  return number(stats_of(pipeline.src()).get(), field);
}

// Video frames so many ms apart, from `timestamp` on.
std::vector<Sent> frames_apart(std::uint32_t ms, int count, std::uint32_t timestamp) {
  std::vector<Sent> sent;
  for (int i = 0; i < count; ++i, timestamp += ms)
    sent.push_back({MessageType::kVideo, timestamp, (i == 0 ? "\x17"s : "\x27"s) + "\x01\0\0\0frame"s});
  return sent;
}

TEST(Stats, MeasureTheFrameRateByTheTimestampsOfTheLastTwoSeconds) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_EQ(real_number(stats_of(pipeline.src()).get(), "measured-framerate"), 0);
  std::size_t buffers = 1;
  const auto measured = [&](const std::vector<Sent>& sent) {
    EXPECT_TRUE(send_all(publisher, sent));
    EXPECT_TRUE(pipeline.wait_for_buffers(buffers += sent.size()));
    return real_number(stats_of(pipeline.src()).get(), "measured-framerate");
  };
  ASSERT_TRUE(send_all(publisher, {metadata({{"framerate", AmfValue::number(60)}})}));
  ++buffers;
  EXPECT_EQ(measured(frames_apart(40, 1, 0)), 0);
  EXPECT_EQ(measured(frames_apart(40, 100, 40)), 25);
  // The encoder falls behind: what came more than two seconds ago no longer counts.
  EXPECT_EQ(measured(frames_apart(100, 30, 4140)), 10);
  EXPECT_EQ(real_number(stats_of(pipeline.src()).get(), "framerate"), 60);
  // Its clock begins anew, and wraps around.
  EXPECT_EQ(measured(frames_apart(20, 10, 0)), 50);
  EXPECT_EQ(measured(frames_apart(8, 300, 0xFFFFFF00)), 125);
}

std::uint64_t key_frames_in(const std::string& file) {
  const std::string flags = run({"ffprobe", "-loglevel", "error", "-select_streams", "v", "-show_entries",
                                 "packet=flags", "-of", "csv=p=0", file});
  return static_cast<std::uint64_t>(std::ranges::count(flags, 'K'));
}

TEST(Stats, KnowTheSizeOfRealPictures) {
  const std::string media = real_media(2);
  TestPipeline pipeline;
  pipeline.play();
  EXPECT_EQ(
      run({"ffmpeg", "-nostdin", "-loglevel", "error", "-i", media, "-c", "copy", "-f", "flv",
           // Without metadata only the stream itself says what it is.
           "-flvflags", "no_metadata", "rtmp://127.0.0.1:" + std::to_string(pipeline.port()) + "/live/key"}),
      "");
  ASSERT_EQ(pipeline.wait(), "eos");
  const auto stats = stats_of(pipeline.src());
  EXPECT_EQ(text(stats.get(), "video-codec"), "H.264");
  EXPECT_EQ(text(stats.get(), "audio-codec"), "AAC");
  EXPECT_EQ(small_number(stats.get(), "width"), 320u);
  EXPECT_EQ(small_number(stats.get(), "height"), 240u);
  EXPECT_EQ(number(stats.get(), "key-frames"), key_frames_in(media));
  EXPECT_TRUE(text(stats.get(), "encoder").find("Lavf") != std::string::npos) << text(stats.get(), "encoder");
  EXPECT_EQ(small_number(stats.get(), "in-chunk-size"), 65536u);
}

TEST(Stats, MetadataThatSaysNothingOfUseChangesNoSize) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto size = [](double width, AmfValue height) {
    return metadata({{"width", AmfValue::number(width)}, {"height", std::move(height)}});
  };
  const auto frames = made_up_stream(1);
  ASSERT_TRUE(send_all(publisher, {size(640, AmfValue::number(360)), size(0, AmfValue::string("?"))}));
  ASSERT_TRUE(send_all(publisher, frames));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + 2 + frames.size()));
  const auto stats = stats_of(pipeline.src());
  EXPECT_EQ(small_number(stats.get(), "width"), 640u);
  EXPECT_EQ(small_number(stats.get(), "height"), 360u);
}

// The element counts a message between its sending and the moment at which its tag is in the statistics.
// However late a loaded machine is, the bitrate has every message that can only be of the last second, and
// none that cannot be.
TEST(Stats, BitrateIsThatOfTheLastSecond) {
  using Clock = std::chrono::steady_clock;
  using namespace std::chrono_literals;
  constexpr auto kSlot = 20ms;  // how finely the element divides the second
  struct Counted {
    Clock::time_point sent;
    Clock::time_point counted;
    std::size_t bytes;
  };
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto tags = [&] {
    const auto stats = stats_of(pipeline.src());
    return number(stats.get(), "video-tags") + number(stats.get(), "audio-tags") +
           number(stats.get(), "script-tags");
  };
  std::vector<Counted> all;
  const auto begin = Clock::now();
  int frame = 0;
  for (const Sent& message : made_up_stream(150, 1000)) {
    if (message.type == MessageType::kVideo) std::this_thread::sleep_until(begin + ++frame * 10ms);
    const auto sent = Clock::now();
    ASSERT_TRUE(send_all(publisher, {message}));
    ASSERT_TRUE(eventually([&] { return tags() == all.size() + 1; }));
    all.push_back({sent, Clock::now(), message.tag().size()});
    const auto asked = Clock::now();
    const auto bitrate = number_of(pipeline, "bitrate");
    const auto answered = Clock::now();
    std::size_t least = 0;
    std::size_t most = 0;
    for (const Counted& one : all) {
      if (one.sent >= answered - 1s + kSlot) least += 8 * one.bytes;
      if (one.counted >= asked - 1s) most += 8 * one.bytes;
    }
    ASSERT_GE(bitrate, least) << "frame " << frame;
    ASSERT_LE(bitrate, most) << "frame " << frame;
  }
  EXPECT_GT(Clock::now() - begin, 1s);
  EXPECT_TRUE(eventually([&] { return number_of(pipeline, "bitrate") == 0; }));
}

}  // namespace
}  // namespace rtmp::test
