// SPDX-License-Identifier: LGPL-2.1-or-later
// Commands with eflvdemux and muxers, and what is particular to some of them. demux_matrix_test has each
// muxer with each kind of publisher.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>

#include "eflv_muxer.h"
#include "encoder.h"
#include "media_fixture.h"
#include "process.h"
#include "publish.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

bool is_header(const Sent& message) { return message.body.size() > 1 && message.body[1] == 0; }
bool is_end(const Sent& message) { return message.body.size() > 1 && message.body[1] == 2; }

std::vector<Sent> only(std::vector<Sent> sent, MessageType type) {
  std::erase_if(sent, [&](const Sent& message) { return message.type != type; });
  return sent;
}
std::size_t frames(const std::vector<Sent>& sent, MessageType type) {
  return static_cast<std::size_t>(std::ranges::count_if(sent, [&](const Sent& message) {
    return message.type == type && !is_header(message) && !(type == MessageType::kVideo && is_end(message));
  }));
}
MuxedStream hevc() {
  static const Encoded encoded = encode(
      "videotestsrc num-buffers=12 ! video/x-raw,width=96,height=80,framerate=25/1 ! "
      "x265enc speed-preset=ultrafast log-level=none ! h265parse ! video/x-h265,stream-format=hvc1");
  return {.medium = MessageType::kVideo,
          .fourcc = "hvc1",
          .classic_id = 12,
          .configuration = encoded.codec_data,
          .units = encoded.units};
}
/// As eflvmux (1.28) writes it in its default mode: with the number of H.263, and without a packet type.
std::vector<Sent> hevc_of_eflvmux() {
  auto sent = mux({hevc()}, TagForm::kClassic);
  for (Sent& message : sent)
    message.body = static_cast<char>((message.body[0] & 0xF0) | 8) + message.body.substr(5);
  return sent;
}
MuxedStream sound() {
  static const Encoded opus =
      encode("audiotestsrc num-buffers=24 samplesperbuffer=960 ! audio/x-raw,rate=48000 ! opusenc");
  return {.medium = MessageType::kAudio,
          .fourcc = "Opus",
          .configuration = opus.streamheader.at(0),
          .units = opus.units};
}

/// "h264,30" for each track of a file, with its packets.
std::set<std::string> tracks(const std::string& file) {
  std::istringstream listing(run({"ffprobe", "-v", "quiet", "-count_packets", "-show_entries",
                                  "stream=codec_name,nb_read_packets", "-of", "csv=p=0", file}));
  return {std::istream_iterator<std::string>(listing), {}};
}
std::set<std::string> words(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

// A command for files, of MP4 and Matroska: each branch is linked when its track comes.
class Recipe : public testing::TestWithParam<const char*> {
 protected:
  /// Publishes that, and says what the file has: codec, width or rate, and packets of each stream.
  static std::string record(const std::vector<Sent>& sent) {
    const std::string file = scratch(GetParam() + std::string(".recipe"));
    TestPipeline pipeline(
        "",
        "eflvdemux name=d d.video_0 ! q.sink_0 q.src_0 ! m.video_0 d.audio_0 ! q.sink_1 q.src_1 ! "
        "m.audio_0 multiqueue name=q max-size-buffers=0 max-size-time=0 " +
            std::string(GetParam()) + " name=m ! filesink location=" + file);
    pipeline.play();
    EXPECT_TRUE(publish(pipeline.port(), "key", sent));
    EXPECT_EQ(pipeline.wait(), "eos");
    return run({"ffprobe", "-v", "quiet", "-count_packets", "-ignore_editlist", "1", "-show_entries",
                "stream=codec_name,width,nb_read_packets", "-of", "csv=p=0", "-f",
                GetParam() == std::string("mp4mux") ? "mov" : "matroska", file});
  }
};

TEST_P(Recipe, TakesOtherCodecsAndEachMediumAlone) {
  EXPECT_EQ(record(mux({hevc()}, TagForm::kPlain)), "hevc,96,12\n");
  EXPECT_EQ(record(mux({sound()}, TagForm::kPlain)), "opus," + std::to_string(sound().units.size()) + "\n");
  EXPECT_EQ(record(mux({hevc(), sound()}, TagForm::kPlain)),
            "hevc,96,12\nopus," + std::to_string(sound().units.size()) + "\n");
}

// The audio's frames begin three seconds behind the last picture.
TEST_P(Recipe, TakesMediaThatDoNotOverlap) {
  auto sent = messages(real_media(2));
  for (Sent& message : sent)
    if (message.type == MessageType::kAudio && !is_header(message)) message.timestamp += 5000;
  std::ranges::stable_sort(sent, {}, &Sent::timestamp);
  const auto [video, audio] = std::pair(frames(sent, MessageType::kVideo), frames(sent, MessageType::kAudio));
  EXPECT_EQ(record(sent), "h264,320," + std::to_string(video) + "\naac," + std::to_string(audio) + "\n");
}

INSTANTIATE_TEST_SUITE_P(All, Recipe, testing::Values("mp4mux", "matroskamux"),
                         [](const auto& tested) { return std::string(tested.param); });

// The command of docs/reference.md: a branch for each codec, of which one is linked.
TEST(ByteStream, IsMadeOfWhicheverCodecComes) {
  const std::string folder = scratch("bytestream");
  const auto h264 = messages(encoded("160x120", "libx264", "aac"));
  const std::pair<std::vector<Sent>, std::string> publishers[] = {
      {h264, "h264,30 aac,45"},
      {only(h264, MessageType::kVideo), "h264,30"},
      {only(h264, MessageType::kAudio), "aac,45"},
      {mux({hevc()}, TagForm::kPlain), "hevc,12"},
      {hevc_of_eflvmux(), "hevc,12"},
      {mux({hevc(), sound()}, TagForm::kPlain), "hevc,12 opus,25"}};
  const std::string muxers[] = {"mpegtsmux name=m ! filesink location=" + folder + "/file.ts",
                                "hlssink2 name=h target-duration=60 location=" + folder +
                                    "/file.ts playlist-location=" + folder + "/live.m3u8"};
  for (const std::string& muxer : muxers) {
    const bool is_hls = muxer.starts_with("hls");
    const std::string video = is_hls ? "h.video " : "m. ", audio = is_hls ? "h.audio " : "m. ";
    for (const auto& [sent, expected] : publishers) {
      SCOPED_TRACE(muxer + " " + expected);
      std::filesystem::remove_all(folder);
      std::filesystem::create_directory(folder);
      TestPipeline pipeline(
          "",
          "eflvdemux name=d "
          "d. ! video/x-h264 ! h264parse ! video/x-h264,stream-format=byte-stream ! parsebin ! q.sink_0 "
          "d. ! video/x-h265 ! h265parse ! video/x-h265,stream-format=byte-stream ! parsebin ! q.sink_1 "
          "q.src_0 ! " +
              video + "q.src_1 ! " + video + "d.audio_0 ! q.sink_2 q.src_2 ! " + audio +
              "multiqueue name=q max-size-buffers=0 max-size-time=0 " + muxer);
      pipeline.play();
      EXPECT_TRUE(publish(pipeline.port(), "key", sent));
      EXPECT_EQ(pipeline.wait(), "eos");
      EXPECT_EQ(tracks(folder + "/file.ts"), words(expected));
    }
  }
}

// A command for HLS, through publishers of other sizes; the second sends no sound.
TEST(Hls, GoesOnThroughPublishers) {
  const std::string folder = scratch("hls");
  std::filesystem::create_directory(folder);
  const auto small = messages(encoded("160x120", "libx264", "aac"));
  const auto large = only(messages(encoded("320x240", "libx264", "aac")), MessageType::kVideo);
  TestPipeline pipeline("keep-listening=true",
                        "eflvdemux name=d d.video_0 ! q.sink_0 q.src_0 ! h264parse ! h.video "
                        "d.audio_0 ! q.sink_1 q.src_1 ! h.audio multiqueue name=q "
                        "hlssink2 name=h target-duration=1 max-files=0 playlist-length=0 location=" +
                            folder + "/%05d.ts playlist-location=" + folder + "/live.m3u8");
  pipeline.play();
  for (const auto& sent : {small, large, small}) {
    EXPECT_TRUE(publish(pipeline.port(), "key", sent));
  }
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  std::size_t video = 0, audio = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ts") continue;
    for (const std::string& line : packets(entry.path())) ++(line.starts_with("0,") ? video : audio);
  }
  EXPECT_EQ(video, frames(small, MessageType::kVideo) * 2 + frames(large, MessageType::kVideo));
  EXPECT_EQ(audio, frames(small, MessageType::kAudio) * 2);
}

// Ctrl-C (with -e) before a publisher has come.
TEST(NoPublisher, LetsEveryBranchEnd) {
  const std::string file = scratch("none.out");
  for (const std::string& rest :
       {"eflvdemux ! h264parse ! mp4mux ! filesink location=" + file,
        "eflvdemux name=d d.video_0 ! queue ! h264parse ! mp4mux name=m ! filesink "
        "location=" +
            file + " d.audio_0 ! queue ! aacparse ! m.",
        "eflvdemux name=d multiqueue name=q matroskamux name=m ! filesink location=" + file +
            " d.video_0 ! q.sink_0 q.src_0 ! m.video_0"
            " d.audio_0 ! q.sink_1 q.src_1 ! m.audio_0"}) {
    SCOPED_TRACE(rest);
    TestPipeline pipeline("", rest);
    pipeline.play();
    pipeline.send_eos();
    EXPECT_EQ(pipeline.wait(), "eos");
  }
}

// splitmuxsink (1.22) throws away what comes as a list of buffers.
TEST(Splitmuxsink, HasAllOfABurst) {
  const std::string file = scratch("split.mp4");
  const auto sent = only(messages(real_media(2)), MessageType::kVideo);
  TestPipeline pipeline("", "eflvdemux ! queue ! splitmuxsink location=" + file);
  pipeline.play();
  EXPECT_TRUE(publish(pipeline.port(), "key", sent));
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(packets(file).size(), frames(sent, MessageType::kVideo));
}

}  // namespace
}  // namespace rtmp::test
