// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that records each publisher to files of its own, and begins another file now and then.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "clients.h"
#include "eflv_muxer.h"
#include "example.h"
#include "process.h"
#include "real_media.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

// The example, with a folder of its own for what it records.
class SplitFiles : public testing::Test {
 protected:
  // Nothing is there yet.
  SplitFiles() : folder_(scratch(testing::UnitTest::GetInstance()->current_test_info()->name()) + "/new") {}

  void start(const Words& options = {}) {
    Words all{"--folder", folder_};
    all.insert(all.end(), options.begin(), options.end());
    example_ = std::make_unique<Example>(all);
    ASSERT_NE(example_->port(), 0);
  }

  [[nodiscard]] Words publish(const std::string& key, const Words& options = {}, bool paced = false) const {
    Words command = ffmpeg_publish(real_media(10), example_->url("live/" + key), paced);
    command.insert(std::find(command.begin(), command.end(), "-f"), options.begin(), options.end());
    return command;
  }

  /// The files of a publisher, in the order in which they began.
  [[nodiscard]] Words files(const std::string& key) const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().filename().string().starts_with("live-" + key + "-")) found.insert(entry.path());
    }
    return {found.begin(), found.end()};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }
  // What it says when a file has its end.
  bool finishes(const std::string& key) {
    return !example_->program().line("finished " + folder_ + "/live-" + key + "-").empty();
  }

  /// What each stream of a file is, with its size or rate, and how many packets it has.
  static std::string listed(const std::string& file) {
    return run({"ffprobe", "-v", "quiet", "-count_packets", "-show_entries",
                "stream=codec_name,width,sample_rate,nb_read_packets", "-of", "csv=p=0", file});
  }
  struct Packets {
    int video = 0;
    int audio = 0;
  };
  static Packets packets(const Words& files) {
    Packets packets;
    for (const std::string& file : files) {
      std::istringstream listing(listed(file));
      for (std::string line; std::getline(listing, line);) {
        const int count = std::atoi(line.substr(line.rfind(',') + 1).c_str());
        (line.starts_with("h264") ? packets.video : packets.audio) += count;
      }
    }
    return packets;
  }
  void expect_all(const std::string& key, bool with_video = true, bool with_audio = true) const {
    static const Packets published = packets({real_media(10)});
    const auto [video, audio] = packets(files(key));
    EXPECT_EQ(video, with_video ? published.video : 0) << key;
    EXPECT_EQ(audio, with_audio ? published.audio : 0) << key;
  }

  const std::string folder_;
  std::unique_ptr<Example> example_;
};

TEST_F(SplitFiles, HaveAllOfThosePublishersWhoComeAtOnce) {
  start();
  Process both(publish("both"));
  Process video(publish("video", {"-an"}));
  Process audio(publish("audio", {"-vn"}));
  for (Process* publisher : {&both, &video, &audio}) EXPECT_EQ(publisher->wait(), "");
  for (const char* key : {"both", "video", "audio"}) EXPECT_TRUE(finishes(key));
  expect_all("both");
  expect_all("video", true, false);
  expect_all("audio", false, true);
  EXPECT_EQ(run(publish("both")), "");
  EXPECT_TRUE(finishes("both"));
  EXPECT_EQ(files("both").size(), 2u);
  EXPECT_EQ(listed(files("both")[1]), listed(files("both")[0]));
  EXPECT_TRUE(example_->stop(SIGTERM));
  EXPECT_EQ(files(), 4u);
}

// The media have a key frame every second.
TEST_F(SplitFiles, BeginAtAKeyFrameAndLoseNothing) {
  start({"--seconds", "3"});
  Process both(publish("both"));
  Process audio(publish("audio", {"-vn"}));
  for (Process* publisher : {&both, &audio}) EXPECT_EQ(publisher->wait(), "");
  for (int file = 0; file < 4; ++file) {
    EXPECT_TRUE(finishes("both"));
    EXPECT_TRUE(finishes("audio"));
  }
  expect_all("both");
  expect_all("audio", false, true);
  ASSERT_EQ(files("both").size(), 4u);
  EXPECT_EQ(files("audio").size(), 4u);
  for (const std::string& file : files("both")) {
    const std::string last = file == files("both").back() ? "30" : "90";
    EXPECT_TRUE(listed(file).starts_with("h264,320," + last + "\n")) << listed(file);
    EXPECT_TRUE(run({"ffprobe", "-v", "quiet", "-select_streams", "v", "-show_entries",
                     "packet=pts_time,flags", "-read_intervals", "%+#1", "-of", "csv=p=0", file})
                    .find("K") != std::string::npos);
  }
  EXPECT_TRUE(example_->stop());
}

TEST_F(SplitFiles, AreFinishedAtCtrlC) {
  start();
  Program publisher(publish("cut", {"-progress", "-", "-stats_period", "0.1"}, true));
  int frames = 0;
  while (frames < 30) {
    const std::string line = publisher.line("frame=");
    ASSERT_FALSE(line.empty());
    frames = std::stoi(line.substr(line.find('=') + 1));
  }
  EXPECT_NE(run(publish("cut")).find("Somebody else is publishing here"), std::string::npos);
  EXPECT_TRUE(example_->stop());
  EXPECT_TRUE(finishes("cut"));
  EXPECT_GE(packets(files("cut")).video, frames - 1);
  EXPECT_GT(packets(files("cut")).audio, 20);
  EXPECT_EQ(files(), 1u);
}

TEST_F(SplitFiles, HaveAlmostAllWhenTheProgramIsKilled) {
  start();
  Program publisher(publish("killed", {"-progress", "-", "-stats_period", "0.1"}, true));
  int frames = 0;
  while (frames < 90) {
    const std::string line = publisher.line("frame=");
    ASSERT_FALSE(line.empty());
    frames = std::stoi(line.substr(line.find('=') + 1));
  }
  example_->program().signal(SIGKILL);
  example_->program().exit_status();
  EXPECT_GE(packets(files("killed")).video, frames - 15);
}

TEST_F(SplitFiles, HaveAllOfAPublisherThatIsKilledOrStallsForTenSeconds) {
  start();
  Process killed(publish("killed", {}, true));
  Process stalls(publish("stalls", {}, true));
  EXPECT_NE(example_->program().line("recording " + folder_ + "/live-killed"), "");
  EXPECT_NE(example_->program().line("recording " + folder_ + "/live-stalls"), "");
  stalls.signal(SIGSTOP);
  g_usleep(10 * G_USEC_PER_SEC);  // the stall itself
  killed.kill();
  stalls.signal(SIGCONT);
  EXPECT_TRUE(finishes("killed"));
  EXPECT_GT(packets(files("killed")).video, 200);
  EXPECT_EQ(stalls.wait(), "");
  EXPECT_TRUE(finishes("stalls"));
  expect_all("stalls");
  EXPECT_TRUE(example_->stop());
}

TEST_F(SplitFiles, HaveNoPathThatAPublisherChooses) {
  start();
  Words command = publish("x", {"-rtmp_app", "../live", "-rtmp_playpath", "../../e.v/i l"});
  EXPECT_EQ(run(command), "");
  EXPECT_TRUE(finishes("evil"));
  expect_all("evil");
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "\xFF", messages(encoded("160x120", "libx264", "aac"))));
  EXPECT_TRUE(finishes(""));
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(files(), 2u);
}

TEST_F(SplitFiles, HaveOtherCodecsAndMoreTracks) {
  const auto stream = [](const char* fourcc, const std::string& encoder) {
    const Encoded encoded = encode(encoder);
    return MuxedStream{
        .medium = MessageType::kAudio,
        .fourcc = fourcc,
        .configuration = encoded.codec_data.empty() ? encoded.streamheader.at(0) : encoded.codec_data,
        .units = encoded.units};
  };
  const auto opus =
      stream("Opus", "audiotestsrc num-buffers=24 samplesperbuffer=960 ! audio/x-raw,rate=48000 ! opusenc");
  const auto aac = stream("mp4a",
                          "audiotestsrc num-buffers=20 samplesperbuffer=1024 ! audio/x-raw,rate=44100 ! "
                          "audioconvert ! avenc_aac ! aacparse ! audio/mpeg,stream-format=raw");
  start();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "hevc", hevc_messages(12)));
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "two", mux({opus, aac}, TagForm::kOneTrack)));
  EXPECT_TRUE(finishes("hevc"));
  EXPECT_TRUE(finishes("two"));
  EXPECT_EQ(listed(files("hevc").at(0)), "hevc,96,12\n");
  EXPECT_EQ(listed(files("two").at(0)), "opus,48000," + std::to_string(opus.units.size()) + "\naac,44100," +
                                            std::to_string(aac.units.size()) + "\n");
  EXPECT_EQ(files(), 2u);
  EXPECT_TRUE(example_->stop());
}

// Size and rate change together, and make one file.
TEST_F(SplitFiles, BeginAnewWhereAFormatChanges) {
  auto sent = messages(encoded("160x120", "libx264", "aac"));
  for (Sent message : messages(encoded("320x240", "libx264", "aac", 48000))) {
    message.timestamp += 2000;
    sent.push_back(message);
  }
  for (Sent message : messages(encoded("160x120", "libx264", "libmp3lame"))) {
    message.timestamp += 4000;
    if (message.type == MessageType::kAudio) sent.push_back(message);
  }
  start();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "changes", sent));
  for (int file = 0; file < 3; ++file) EXPECT_TRUE(finishes("changes"));
  ASSERT_EQ(files("changes").size(), 3u);
  EXPECT_EQ(listed(files("changes")[0]), "h264,160,30\naac,44100,45\n");
  EXPECT_EQ(listed(files("changes")[1]), "h264,320,30\naac,48000,48\n");
  EXPECT_TRUE(listed(files("changes")[2]).ends_with("mp3,44100,40\n")) << listed(files("changes")[2]);
  EXPECT_TRUE(example_->stop());
}

// Its configuration comes at once and its frames after 30 s, for which the muxer does not wait.
TEST_F(SplitFiles, GoOnWithoutATrackThatIsSilent) {
  const auto media = messages(encoded("160x120", "libx264", "aac"));
  std::vector<Sent> sent, late;
  for (Sent message : media) {
    const bool is_frame = message.type == MessageType::kAudio && message.body[1] != 0;
    message.timestamp += is_frame ? 30'000 : 0;
    (is_frame ? late : sent).push_back(message);
  }
  for (std::uint32_t second = 1; second <= 30; ++second) {
    for (Sent message : media) {
      if (message.type != MessageType::kVideo || message.body[1] != 1) continue;
      message.timestamp += second * 1000;
      sent.push_back(message);
    }
  }
  sent.insert(sent.end(), late.begin(), late.end());
  start();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "late", sent));
  for (int file = 0; file < 2; ++file) EXPECT_TRUE(finishes("late"));
  ASSERT_EQ(files("late").size(), 2u);
  EXPECT_EQ(packets({files("late")[0]}).video, 31 * 30);
  EXPECT_EQ(packets({files("late")[1]}).audio, 45);
  EXPECT_TRUE(example_->stop());
}

TEST_F(SplitFiles, AreNoneOfAPublisherThatSendsNothing) {
  start();
  TcpPublisher publisher(example_->port());
  EXPECT_EQ(publisher.publish("live", "nothing"), "NetStream.Publish.Start");
  publisher.close();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "next", messages(encoded("160x120", "libx264", "aac"))));
  EXPECT_TRUE(finishes("next"));
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(files(), 1u);
}

// Nellymoser, which Matroska cannot hold.
TEST_F(SplitFiles, AreNoneOfATrackThatTheyCannotHold) {
  start();
  TcpPublisher publisher(example_->port());
  ASSERT_EQ(publisher.publish("live", "strange"), "NetStream.Publish.Start");
  (void)send_all(publisher, {{MessageType::kAudio, 0, std::string(65, '\x62')}});
  EXPECT_EQ(example_->program().line("left out: "),
            "left out: audio/x-nellymoser, rate=(int)5512, channels=(int)1");
  EXPECT_NE(example_->program().line("not begun "), "");
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(files(), 0u);
}

// Other publishers go on.
TEST_F(SplitFiles, ThatCannotBeWrittenEndTheirPublisherAlone) {
  start();
  Process good(ffmpeg_publish(real_media(4), example_->url("live/good"), true));
  EXPECT_NE(example_->program().line("recording " + folder_ + "/live-good"), "");
  std::filesystem::rename(folder_, folder_ + "-moved");
  Process bad(publish("bad"));
  EXPECT_NE(example_->program().line("broken off"), "");
  std::filesystem::rename(folder_ + "-moved", folder_);
  EXPECT_EQ(good.wait(), "");
  EXPECT_TRUE(finishes("good"));
  EXPECT_EQ(packets(files("good")).video, packets({real_media(4)}).video);
  EXPECT_TRUE(example_->stop());
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace rtmp::test
