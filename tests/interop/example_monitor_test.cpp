// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that shows what each publisher sends.
#include <glib.h>
#include <gtest/gtest.h>

#include <regex>

#include "clients.h"
#include "example.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

// The words of the line about a publisher: number, name, address, video, audio, size, frames per second,
// kbit/s, queue, drops, corrections.
enum Column { kNumber, kName, kAddress, kVideo, kAudio, kSize, kRate, kBitrate, kQueue, kDrops, kClock };
using Row = std::vector<std::string>;

Row row_of(const std::string& line) {
  static const std::regex word("[^ ]+");
  return {std::sregex_token_iterator(line.begin(), line.end(), word), {}};
}

// Waits for a line about this publisher of which `holds` is true.
template <class Condition>
testing::AssertionResult shows(Example& example, int number, Condition holds) {
  char beginning[8];
  g_snprintf(beginning, sizeof beginning, "%4d  ", number);
  std::string last;
  for (std::string line; !(line = example.program().line(beginning)).empty(); last = line)
    if (const Row row = row_of(line); row.size() == 11 && holds(row)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the last line was " << last << ", all else "
                                     << example.program().output();
}

TEST(Monitor, ShowsRealPublishers) {
  Example example;
  Process both(ffmpeg_publish(real_media(10), example.url("live/both"), true));
  EXPECT_TRUE(shows(example, 0, [](const Row& row) {
    return row[kName] == "live/both" && row[kAddress] == "127.0.0.1" && row[kVideo] == "H.264" &&
           row[kAudio] == "AAC" && row[kSize] == "320x240" && row[kRate] == "30" &&
           std::stoi(row[kBitrate]) > 50;
  }));
  auto video = ffmpeg_publish(real_media(10), example.url("live/video"), true);
  video.insert(video.end() - 3, "-an");
  Process alone(video);
  EXPECT_TRUE(shows(example, 1, [](const Row& row) {
    return row[kName] == "live/video" && row[kVideo] == "H.264" && row[kAudio] == "-" && row[kRate] == "30";
  }));
  auto audio = ffmpeg_publish(real_media(10), example.url("live/audio"), true);
  audio.insert(audio.end() - 3, "-vn");
  Process sound(audio);
  EXPECT_TRUE(shows(example, 2, [](const Row& row) {
    return row[kName] == "live/audio" && row[kVideo] == "-" && row[kAudio] == "AAC" && row[kSize] == "-" &&
           std::stoi(row[kBitrate]) > 10;
  }));
  // One that is killed has no line any more, and is another when it is back. Those beside it go on.
  sound.kill();
  alone.kill();
  Process back(publish_forever(encoded("160x120", "libx264", "libmp3lame"), example.url("live/video")));
  EXPECT_TRUE(shows(example, 3, [](const Row& row) {
    return row[kName] == "live/video" && row[kAudio] == "MP3" && row[kSize] == "160x120";
  }));
  EXPECT_EQ(both.wait(), "");
  EXPECT_TRUE(example.stop());
}

TEST(Monitor, ShowsOtherCodecsDropsAndCorrections) {
  Example example;
  TcpPublisher publisher(example.port());
  ASSERT_EQ(publisher.publish("live", "odd"), "NetStream.Publish.Start");
  ASSERT_TRUE(send_all(publisher, hevc_messages(10)));
  ASSERT_TRUE(send_all(publisher, {{MessageType::kVideo, 400, ""}, {MessageType::kVideo, 400, "\x17"}}));
  auto later = hevc_messages(10);
  for (Sent& message : later) message.timestamp += 3'600'000;
  ASSERT_TRUE(send_all(publisher, later));
  EXPECT_TRUE(shows(example, 0, [](const Row& row) {
    return row[kVideo] == "H.265" && row[kSize] == "96x80" && row[kDrops] == "2" && row[kClock] != "0";
  }));
  EXPECT_TRUE(example.stop());
}

TEST(Monitor, LetsNoPublisherWriteToTheTerminal) {
  Example example;
  TcpPublisher publisher(example.port());
  ASSERT_EQ(publisher.publish("live", "\x1b[2J\n\u202e"), "NetStream.Publish.Start");
  EXPECT_TRUE(shows(example, 0, [](const Row& row) { return row[kName] == "live/?[2J??"; }));
  EXPECT_TRUE(example.stop());
}

// On a terminal the table is drawn anew each second.
TEST(Monitor, RedrawsATableOnATerminal) {
  Program terminal({"script", "-qec", std::string(g_getenv("EXAMPLE")) + " --port 0", "/dev/null"});
  const std::string told = terminal.line("listening on port ");
  ASSERT_FALSE(told.empty()) << terminal.output();
  TcpPublisher publisher(static_cast<std::uint16_t>(std::stoi(told.substr(18))));
  ASSERT_EQ(publisher.publish("live", "cam1"), "NetStream.Publish.Start");
  const std::string clear = "\x1b[H\x1b[J";
  EXPECT_TRUE(terminal.prints(clear + "1 publish, 1 connections, 1 accepted, 0 rejected"))
      << terminal.output();
  publisher.close();
  EXPECT_TRUE(terminal.prints(clear + "0 publish, 0 connections, 1 accepted, 0 rejected"))
      << terminal.output();
}

}  // namespace
}  // namespace rtmp::test
