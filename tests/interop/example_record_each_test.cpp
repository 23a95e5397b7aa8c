// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that records each publisher to files of its own, in either language.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "certificate_files.h"
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
class RecordEach : public testing::Test {
 protected:
  RecordEach() : folder_(scratch(testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directory(folder_);
  }

  void start(const Words& options = {}) {
    Words all{"--folder", folder_};
    all.insert(all.end(), options.begin(), options.end());
    example_ = std::make_unique<Example>(all);
    ASSERT_NE(example_->port(), 0);
  }

  [[nodiscard]] Words publish(const std::string& path, const Words& options = {}, bool paced = false) const {
    Words command = words("ffmpeg -nostdin -loglevel error");
    if (paced) command.push_back("-re");
    for (const auto& word : Words{"-i", real_media(10), "-c", "copy"}) command.push_back(word);
    command.insert(command.end(), options.begin(), options.end());
    for (const auto& word : Words{"-f", "flv", example_->url(path)}) command.push_back(word);
    return command;
  }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  bool told(const std::string& what, const std::string& name) {
    return example_->program().line(what + " " + path(name)) == what + " " + path(name);
  }

  /// How many packets a file has; none where it cannot be read.
  struct Packets {
    int video = 0;
    int audio = 0;
  };
  static Packets packets(const std::string& file) {
    Words command = words("ffprobe -v quiet -count_packets -show_entries stream=codec_type,nb_read_packets");
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
    EXPECT_EQ(audio, with_audio ? published().audio : 0) << name;
  }

  /// What each stream of a file is, with its size or rate, and how many packets it has.
  [[nodiscard]] std::string listed(const std::string& name) const {
    Words command = words(
        "ffprobe -v quiet -count_packets -show_entries stream=codec_name,width,sample_rate,nb_read_packets");
    command.insert(command.end(), {"-of", "csv=p=0", path(name)});
    return run(command);
  }
  [[nodiscard]] std::set<std::string> recordings() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      names.insert(entry.path().filename().string());
    return names;
  }

  void stop(int signal = SIGINT) { EXPECT_TRUE(example_->stop(signal)); }

  static Words words(const std::string& line) {
    gint count = 0;
    gchar** parsed = nullptr;
    if (!g_shell_parse_argv(line.c_str(), &count, &parsed, nullptr)) return {};
    Words list(parsed, parsed + count);
    g_strfreev(parsed);
    return list;
  }

  const std::string folder_;
  std::unique_ptr<Example> example_;
};

TEST_F(RecordEach, MakesAFileOfEachOfThoseThatPublishAtOnce) {
  start();
  Process first(publish("live/one"));
  Process second(publish("live/two"));
  Process silent(publish("live/silent", {"-an"}));
  EXPECT_EQ(first.wait(), "");
  EXPECT_EQ(second.wait(), "");
  EXPECT_EQ(silent.wait(), "");
  for (const char* name : {"live-one-1.mkv", "live-two-1.mkv", "live-silent-1.mkv"}) {
    EXPECT_TRUE(told("recording", name));
    EXPECT_TRUE(told("finished:", name));
  }
  expect_all_of_it("live-one-1.mkv");
  expect_all_of_it("live-two-1.mkv");
  expect_all_of_it("live-silent-1.mkv", false);

  EXPECT_EQ(run(publish("live/one")), "");
  EXPECT_TRUE(told("finished:", "live-one-2.mkv"));
  expect_all_of_it("live-one-2.mkv");
  expect_all_of_it("live-one-1.mkv");
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
  EXPECT_TRUE(told("finished:", "live-cut-1.mkv"));
  const auto [video, audio] = packets(path("live-cut-1.mkv"));
  EXPECT_GE(video, frames - 1);
  EXPECT_LT(video, published().video);
  EXPECT_GT(audio, 20);
  EXPECT_EQ(recordings(), std::set<std::string>{"live-cut-1.mkv"});
}

TEST_F(RecordEach, LetsNobodyChooseAPath) {
  start();
  EXPECT_EQ(run(publish("x", {"-rtmp_app", "../live", "-rtmp_playpath", "../../e.v/i l"})), "");
  EXPECT_TRUE(told("finished:", "live-evil-1.mkv"));
  expect_all_of_it("live-evil-1.mkv");
  TcpPublisher marks(example_->port());
  EXPECT_EQ(marks.publish("live", "\xFF"), "NetStream.Publish.Denied");
  stop();
  EXPECT_EQ(recordings(), std::set<std::string>{"live-evil-1.mkv"});
}

TEST_F(RecordEach, TakesOnlyTheKeysThatItIsGiven) {
  start({"--key", "one", "--key", "two"});
  EXPECT_NE(run(publish("live/three")).find("stream key is not accepted"), std::string::npos);
  EXPECT_EQ(run(publish("live/two")), "");
  EXPECT_TRUE(told("finished:", "live-two-1.mkv"));
  stop();
  EXPECT_EQ(recordings(), std::set<std::string>{"live-two-1.mkv"});
}

TEST_F(RecordEach, RecordsOtherCodecsAndMoreTracks) {
  const auto stream = [](MessageType medium, const char* fourcc, const std::string& encoder) {
    const Encoded encoded = encode(encoder);
    return MuxedStream{
        .medium = medium,
        .fourcc = fourcc,
        .configuration = encoded.codec_data.empty() ? encoded.streamheader.at(0) : encoded.codec_data,
        .units = encoded.units};
  };
  const auto hevc = stream(MessageType::kVideo, "hvc1",
                           "videotestsrc num-buffers=12 ! video/x-raw,width=96,height=80,framerate=25/1 ! "
                           "x265enc speed-preset=ultrafast log-level=none ! h265parse ! "
                           "video/x-h265,stream-format=hvc1,alignment=au");
  const auto opus =
      stream(MessageType::kAudio, "Opus",
             "audiotestsrc num-buffers=24 samplesperbuffer=960 ! audio/x-raw,rate=48000 ! opusenc");
  const auto aac = stream(MessageType::kAudio, "mp4a",
                          "audiotestsrc num-buffers=20 samplesperbuffer=1024 ! audio/x-raw,rate=44100 ! "
                          "audioconvert ! avenc_aac ! aacparse ! audio/mpeg,stream-format=raw");
  start();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "hevc", mux({hevc}, TagForm::kPlain)));
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "all", mux({hevc, opus, aac}, TagForm::kOneTrack)));
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "opus", mux({opus}, TagForm::kPlain)));
  for (const char* name : {"hevc", "all", "opus"})
    EXPECT_TRUE(told("finished:", std::string("live-") + name + "-1.mkv"));
  EXPECT_EQ(listed("live-hevc-1.mkv"), "hevc,96,12\n");
  EXPECT_EQ(listed("live-opus-1.mkv"), "opus,48000," + std::to_string(opus.units.size()) + "\n");
  EXPECT_EQ(listed("live-all-1.mkv"), "hevc,96,12\nopus,48000," + std::to_string(opus.units.size()) +
                                          "\naac,44100," + std::to_string(aac.units.size()) + "\n");
  EXPECT_EQ(recordings().size(), 3u);
  stop();
}

// Size and rate change together, and make one file.
TEST_F(RecordEach, BeginsAnotherFileWhereAFormatChanges) {
  auto sent = messages(encoded("160x120", "libx264", "aac"));
  const auto larger = messages(encoded("320x240", "libx264", "aac", 48000));
  for (Sent message : larger) {
    message.timestamp += 2000;
    sent.push_back(message);
  }
  const auto sound_alone = messages(encoded("160x120", "libx264", "libmp3lame"));
  for (Sent message : sound_alone) {
    message.timestamp += 4000;
    if (message.type == MessageType::kAudio) sent.push_back(message);
  }
  start();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "changes", sent));
  for (const char* number : {"1", "2", "3"})
    EXPECT_TRUE(told("finished:", std::string("live-changes-") + number + ".mkv"));
  EXPECT_EQ(listed("live-changes-1.mkv"), "h264,160,30\naac,44100,45\n");
  EXPECT_EQ(listed("live-changes-2.mkv"), "h264,320,30\naac,48000,48\n");
  EXPECT_TRUE(listed("live-changes-3.mkv").ends_with("mp3,44100,40\n")) << listed("live-changes-3.mkv");
  EXPECT_EQ(recordings().size(), 3u);
  stop();
}

// Its configuration comes at once and its frames after 30 s, for which the muxer does not wait.
TEST_F(RecordEach, GoesOnWithoutATrackThatIsSilent) {
  const auto sound = messages(encoded("160x120", "libx264", "aac"));
  std::vector<Sent> sent, late;
  for (Sent message : sound) {
    const bool is_frame = message.type == MessageType::kAudio && message.body[1] != 0;
    message.timestamp += is_frame ? 30'000 : 0;
    (is_frame ? late : sent).push_back(message);
  }
  for (std::uint32_t second = 1; second <= 30; ++second) {
    for (Sent message : sound) {
      if (message.type != MessageType::kVideo || message.body[1] != 1) continue;
      message.timestamp += second * 1000;
      sent.push_back(message);
    }
  }
  sent.insert(sent.end(), late.begin(), late.end());
  start();
  EXPECT_TRUE(rtmp::test::publish(example_->port(), "late", sent));
  for (const char* number : {"1", "2"})
    EXPECT_TRUE(told("finished:", std::string("live-late-") + number + ".mkv"));
  EXPECT_EQ(packets(path("live-late-1.mkv")).video, 31 * 30);
  EXPECT_EQ(packets(path("live-late-2.mkv")).audio, 45);
  stop();
}

TEST_F(RecordEach, KeepsWhatItHasWhenItIsKilled) {
  start();
  Program publisher(publish("live/killed", {"-progress", "-", "-stats_period", "0.1"}, true));
  int frames = 0;
  while (frames < 90) {
    const std::string line = publisher.line("frame=");
    ASSERT_FALSE(line.empty());
    frames = std::stoi(line.substr(line.find('=') + 1));
  }
  example_->program().signal(SIGKILL);
  example_->program().exit_status();
  // The last 64 KiB may not have left the process.
  EXPECT_GE(packets(path("live-killed-1.mkv")).video, 60);
}

TEST_F(RecordEach, KeepsNoFileOfAPublisherThatSendsNothing) {
  start();
  TcpPublisher publisher(example_->port());
  EXPECT_EQ(publisher.publish("live", "nothing"), "NetStream.Publish.Start");
  publisher.close();
  EXPECT_EQ(example_->program().line("left: "), "left: live/nothing");
  EXPECT_EQ(recordings(), std::set<std::string>{});
  stop();
}

TEST_F(RecordEach, TakesPublishersOverTls) {
  const CertificateFiles files = make_certificate("server");
  start({"--certificate", files.certificate, "--private-key", files.key});
  Words command = publish("live/secret", {"-tls_verify", "0"});
  command.back() = local_url(example_->port(), "live/secret", "rtmps");
  EXPECT_EQ(run(command), "");
  EXPECT_TRUE(told("finished:", "live-secret-1.mkv"));
  expect_all_of_it("live-secret-1.mkv");
  stop();
}

}  // namespace
}  // namespace rtmp::test
