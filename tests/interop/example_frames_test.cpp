// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that hands pictures and sound to functions, in either language.
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

// 160x120 at 30 fps, and AAC of 44100 Hz, of a second.
std::string second_of(const std::string& size) { return encoded(size, "libx264", "aac"); }

// FFmpeg publishes it without one of its media ("-an", "-vn").
Words without(const char* medium, const std::string& file, const std::string& url) {
  Words command = ffmpeg_publish(file, url);
  command.insert(std::find(command.begin(), command.end(), "-c"), medium);
  return command;
}

std::vector<Sent> later(std::vector<Sent> sent, std::uint32_t milliseconds) {
  for (Sent& message : sent) message.timestamp += milliseconds;
  return sent;
}

std::vector<Sent> only(MessageType type, std::vector<Sent> sent) {
  std::erase_if(sent, [type](const Sent& message) { return message.type != type; });
  return sent;
}

int frames_of(const std::string& file, MessageType type) {
  int frames = 0;
  for (const Sent& message : messages(file)) frames += message.type == type && message.body[1] == 1;
  return frames;
}

void expect_all(Example& example, const std::string& track, int frames) {
  const std::string line = track + ": ended, " + std::to_string(frames) + " frames";
  EXPECT_EQ(example.program().line(track + ": ended"), line) << example.program().output();
}

TEST(Frames, ComeOfBothMediaAndOfEitherAlone) {
  const std::string file = second_of("160x120");
  const int sound = frames_of(file, MessageType::kAudio);
  Example example;
  EXPECT_EQ(run(ffmpeg_publish(file, example.url())), "");
  expect_all(example, "video_0_0", 30);
  expect_all(example, "audio_0_0", sound);
  EXPECT_NE(example.program().line("video_0_0: frame 0 ").find("s, 160x120, brightness 1"),
            std::string::npos);
  EXPECT_NE(example.program().line("audio_0_0: frame 40 ").find("s, 44100 Hz, 1 channels, level 0.08"),
            std::string::npos);
  EXPECT_EQ(run(without("-an", file, example.url())), "");
  expect_all(example, "video_1_0", 30);
  EXPECT_EQ(run(without("-vn", file, example.url())), "");
  expect_all(example, "audio_2_0", sound);
  EXPECT_TRUE(example.stop());
  EXPECT_EQ(example.program().output().find("audio_1_0"), std::string::npos);
  EXPECT_EQ(example.program().output().find("video_2_0"), std::string::npos);
}

TEST(Frames, ComeOfHevc) {
  Example example;
  EXPECT_TRUE(publish(example.port(), "key", hevc_messages(25)));
  expect_all(example, "video_0_0", 25);
  EXPECT_NE(example.program().line("video_0_0: frame 0 ").find("s, 96x80, "), std::string::npos);
  EXPECT_TRUE(example.stop());
}

TEST(Frames, GoOnWhereTheSizeChangesAndWhereAudioComesLate) {
  auto sent = only(MessageType::kVideo, messages(second_of("160x120")));
  for (const Sent& message : later(messages(second_of("320x240")), 5000)) sent.push_back(message);
  Example example;
  EXPECT_TRUE(publish(example.port(), "key", sent));
  expect_all(example, "video_0_0", 60);
  expect_all(example, "audio_0_0", frames_of(second_of("320x240"), MessageType::kAudio));
  EXPECT_NE(example.program().line("video_0_0: frame 0 ").find("160x120"), std::string::npos);
  EXPECT_NE(example.program().line("video_0_0: frame 30 ").find("320x240"), std::string::npos);
  EXPECT_TRUE(example.stop());
}

TEST(Frames, ComeAgainWithAnEncoderThatWasKilled) {
  Example example;
  Process killed(ffmpeg_publish(real_media(10), example.url(), true));
  EXPECT_NE(example.program().line("video_0_0: frame 30 "), "");
  killed.kill();
  EXPECT_NE(example.program().line("video_0_0: ended"), "");
  EXPECT_NE(example.program().line("audio_0_0: ended"), "");
  Process next(ffmpeg_publish(second_of("160x120"), example.url()));
  expect_all(example, "video_1_0", 30);
  EXPECT_EQ(next.wait(), "");
  EXPECT_TRUE(example.stop());
}

TEST(Frames, ComeAllOfAPublisherThatStoodStill) {
  Example example;
  Process publisher(ffmpeg_publish(real_media(10), example.url(), true));
  EXPECT_NE(example.program().line("video_0_0: frame 60 "), "");
  publisher.signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(10));  // the stall itself
  publisher.signal(SIGCONT);
  EXPECT_EQ(publisher.wait(), "");
  expect_all(example, "video_0_0", 300);
  EXPECT_TRUE(example.stop());
}

TEST(Frames, ComeOfRtmp2sinkUntilCtrlC) {
  Example example;
  Process publisher(
      launch("videotestsrc is-live=true ! video/x-raw,width=160,height=120 ! x264enc tune=zerolatency ! "
             "flvmux name=m "
             "streamable=true ! rtmp2sink location=" +
             example.url() + " audiotestsrc is-live=true ! avenc_aac ! m."));
  EXPECT_NE(example.program().line("video_0_0: frame 30 "), "");
  EXPECT_NE(example.program().line("audio_0_0: frame 40 "), "");
  EXPECT_TRUE(example.stop());
}

TEST(Frames, ThatCannotBeDecodedEndNobodyElse) {
  Example example;
  Process good(ffmpeg_publish(real_media(10), example.url("live/good"), true));
  EXPECT_NE(example.program().line("video_0_0: frame 0 "), "");
  auto garbled = messages(second_of("160x120"));
  for (Sent& message : garbled) {
    const bool is_frame = message.body[1] == 1 && message.body.size() > 9;
    if (is_frame) std::fill(message.body.begin() + 9, message.body.end(), '\xFF');
  }
  EXPECT_TRUE(publish(example.port(), "bad", garbled));
  EXPECT_NE(example.program().line("video_1_0: ended"), "");
  EXPECT_NE(example.program().line("audio_1_0: ended"), "");
  EXPECT_NE(example.program().line("video_0_0: frame 60 "), "");
  EXPECT_TRUE(example.stop());
}

}  // namespace
}  // namespace rtmp::test
