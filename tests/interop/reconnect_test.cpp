// SPDX-License-Identifier: LGPL-2.1-or-later
// Real publishers come and go, some of them the hard way.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <sstream>

#include "branches.h"
#include "client_events.h"
#include "clients.h"
#include "gst_version.h"
#include "process.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

/// What ffprobe reads of a file, to its end.
struct Probed {
  std::map<std::string, std::vector<long long>> times;  // dts, by stream
  std::vector<std::string> packets;                     // type, size and MD5
  std::vector<std::string> errors;
};

Probed probe(const std::string& file) {
  Probed probed;
  std::map<int, std::map<std::string, std::string>> fields;  // of each packet
  std::istringstream output(
      run({"ffprobe", "-loglevel", "error", "-count_packets", "-show_packets", "-show_data_hash", "MD5",
           "-show_entries", "packet=codec_type,stream_index,dts,size,data_hash", "-of", "flat", file}));
  for (std::string line; std::getline(output, line);) {  // packets.packet.7.codec_type="video"
    constexpr std::string_view kStart = "packets.packet.";
    const std::size_t dot = line.find('.', kStart.size());
    const std::size_t equals = line.find('=');
    if (line.starts_with(kStart) && dot < equals)
      fields[std::stoi(line.substr(kStart.size()))][line.substr(dot + 1, equals - dot - 1)] =
          line.substr(equals + 1);
    else
      probed.errors.push_back(line);
  }
  for (auto& [number, packet] : fields) {
    // "N/A" where FFmpeg knows none would throw here, and fail the test.
    probed.times[packet["stream_index"]].push_back(std::stoll(packet["dts"]));
    probed.packets.push_back(packet["codec_type"] + ' ' + packet["size"] + ' ' + packet["data_hash"]);
  }
  return probed;
}

/// What comes out of a demuxer.
struct Played {
  std::string end;
  std::ptrdiff_t video;  // frames
  std::ptrdiff_t audio;
  bool operator==(const Played&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Played& played) {
  return out << played.end << " after " << played.video << " and " << played.audio << " frames";
}

/// `number` is what stands behind "video" and "audio" in the names of the demuxer's pads.
Played play(const std::string& file, const std::string& demuxer, const std::string& number) {
  const auto sink = [&](const std::string& medium) {
    return " d." + medium + number + " ! queue ! fakesink name=" + medium + " sync=false";
  };
  const std::string description =
      "filesrc location=" + file + " ! " + demuxer + " name=d" + sink("video") + sink("audio");
  GstElement* pipeline = gst_parse_launch(description.c_str(), nullptr);
  SinkRecord video;
  SinkRecord audio;
  record_arrivals(pipeline, "video", &video);
  record_arrivals(pipeline, "audio", &audio);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, 20 * GST_SECOND,
      static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
  const std::string end = message ? GST_MESSAGE_TYPE_NAME(message) : "nothing";
  g_clear_pointer(&message, gst_message_unref);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return {end, std::ssize(video.frames), std::ssize(audio.frames)};
}

std::string clip(const std::string& name, const std::vector<std::string>& inputs) {
  const std::string file = scratch(name + ".flv");
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-loglevel", "error"};
  for (const std::string& input : inputs) command.insert(command.end(), {"-f", "lavfi", "-i", input});
  for (const char* word : {"-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "30", "-c:a", "aac"})
    command.emplace_back(word);
  command.push_back(file);
  EXPECT_EQ(run(command), "");
  return file;
}

std::string picture(const std::string& size, int seconds = 1) {
  return "testsrc2=size=" + size + ":rate=30:duration=" + std::to_string(seconds);
}

std::string tone(int rate, int seconds = 1) {
  return "sine=sample_rate=" + std::to_string(rate) + ":duration=" + std::to_string(seconds);
}

// Publishes, as the nth, at the speed of the media, and is killed on the way.
void publish_and_kill(TestPipeline& pipeline, const std::string& file, std::size_t publisher) {
  Process ffmpeg(ffmpeg_publish(file, local_url(pipeline.port()), true));
  ASSERT_TRUE(pipeline.wait_for_buffers_of(publisher, 40));
  ffmpeg.kill();
  ffmpeg.wait();
}

TEST(Reconnect, TenPublishersOfAllSortsMakeOneFileThatPlays) {
  const std::string small = clip("small", {picture("320x240"), tone(44100)});
  const std::string large = clip("large", {picture("640x360"), tone(44100)});
  const std::string silent = clip("silent", {picture("480x270")});
  const std::string audio = clip("audio", {tone(48000)});
  const std::string killed_small = clip("killed_small", {picture("320x240", 10), tone(44100, 10)});
  const std::string killed_large = clip("killed_large", {picture("640x360", 10)});
  const std::string recording = scratch("all.flv");
  const std::string by_rtmp2sink = scratch("rtmp2sink.flv");

  TestPipeline pipeline("keep-listening=true", "filesink location=" + recording);
  ClientEvents events(pipeline.src());
  pipeline.play();
  const std::string url = local_url(pipeline.port());
  std::size_t ended = 0;
  const auto publish = [&](const std::string& file) {
    EXPECT_EQ(run(ffmpeg_publish(file, url)), "") << file;
    EXPECT_EQ(events.wait_removed(++ended).size(), ended);
  };
  const auto kill = [&](const std::string& file) {
    publish_and_kill(pipeline, file, ++ended);
    EXPECT_EQ(events.wait_removed(ended).size(), ended);
  };
  publish(small);
  publish(large);
  kill(killed_small);
  publish(silent);
  publish(audio);
  kill(killed_large);
  EXPECT_EQ(run(rtmp2sink_publish(large, by_rtmp2sink, "location=" + url)), "");
  EXPECT_EQ(events.wait_removed(++ended).size(), ended);
  publish(silent);
  kill(killed_small);
  publish(small);
  pipeline.send_eos();
  ASSERT_EQ(pipeline.wait(), "eos");
  pipeline.stop();

  const Probed all = probe(recording);
  EXPECT_EQ(all.errors, std::vector<std::string>{});
  for (const auto& [stream, times] : all.times)
    EXPECT_TRUE(std::ranges::is_sorted(times)) << "stream " << stream;
  auto next = all.packets.begin();
  for (const std::string& file : {small, large, silent, audio, by_rtmp2sink, silent, small}) {
    for (const std::string& packet : probe(file).packets) {
      next = std::find(next, all.packets.end(), packet);
      ASSERT_NE(next, all.packets.end()) << file << ": " << packet;
      ++next;
    }
  }
  const auto count = [&](const char* type) {
    return std::ranges::count_if(all.packets,
                                 [&](const std::string& packet) { return packet.find(type) == 0; });
  };
  const Played whole{"eos", count("\"video\""), count("\"audio\"")};
  EXPECT_EQ(play(recording, "eflvdemux", "_0"), whole);
  // From 1.28 on, flvdemux forgets the AAC configuration whenever rtmp2sink repeats its metadata.
  if (!gst_is_at_least(28)) {
    EXPECT_EQ(play(recording, "flvdemux", ""), whole);
  }
}

TEST(Reconnect, AStoppedFfmpegIsReplacedByTheNext) {
  const std::string recording = scratch("taken.flv");
  const std::string media = real_media(2);
  TestPipeline pipeline("takeover=stale", "filesink location=" + recording);
  ClientEvents events(pipeline.src());
  pipeline.play();
  Process first(ffmpeg_publish(real_media(10), local_url(pipeline.port()), true));
  ASSERT_TRUE(pipeline.wait_for_buffers(100));
  first.signal(SIGSTOP);
  const auto stopped = std::chrono::steady_clock::now();
  std::string output;
  do {  // as an encoder does that connects anew
    output = run(ffmpeg_publish(media, local_url(pipeline.port())));
    if (output.empty()) break;
    EXPECT_NE(output.find("Somebody else is publishing here"), std::string::npos) << output;
  } while (std::chrono::steady_clock::now() < stopped + std::chrono::seconds(20));
  EXPECT_EQ(output, "");
  EXPECT_GE(std::chrono::steady_clock::now(), stopped + std::chrono::seconds(2));
  EXPECT_EQ(events.wait_removed(2), (std::vector<std::string>{"replaced", "unpublished"}));
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();

  first.signal(SIGCONT);
  EXPECT_NE(first.wait(), "");
  EXPECT_GT(first.exit_status(), 0);

  const Probed taken = probe(recording);
  EXPECT_EQ(taken.errors, std::vector<std::string>{});
  const auto second = probe(media).packets;
  ASSERT_GT(taken.packets.size(), second.size() + 80);
  EXPECT_TRUE(
      std::ranges::equal(std::vector(taken.packets.end() - std::ssize(second), taken.packets.end()), second));
}

TEST(Reconnect, AHalfOpenConnectionHoldsTheStreamUntilTheTimeout) {
  const std::string recording = scratch("half-open.flv");
  const std::string media = real_media(2);
  TestPipeline pipeline("takeover=refuse timeout=3 keep-listening=true", "filesink location=" + recording);
  ClientEvents events(pipeline.src());
  pipeline.play();
  Process first(ffmpeg_publish(real_media(10), local_url(pipeline.port()), true));
  ASSERT_TRUE(pipeline.wait_for_buffers(100));
  first.signal(SIGSTOP);
  EXPECT_NE(run(ffmpeg_publish(media, local_url(pipeline.port()))).find("Somebody else is publishing here"),
            std::string::npos);
  EXPECT_EQ(events.wait_removed(1), std::vector<std::string>{"timed-out"});
  EXPECT_EQ(run(ffmpeg_publish(media, local_url(pipeline.port()))), "");
  EXPECT_EQ(events.wait_removed(2), (std::vector<std::string>{"timed-out", "unpublished"}));
  first.signal(SIGCONT);
  EXPECT_NE(first.wait(), "");
  EXPECT_GT(first.exit_status(), 0);
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  EXPECT_EQ(probe(recording).errors, std::vector<std::string>{});
}

}  // namespace
}  // namespace rtmp::test
