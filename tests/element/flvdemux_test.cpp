// SPDX-License-Identifier: LGPL-2.1-or-later
// Whatever a publisher sends in mid-stream that flvdemux has a decoder or a use for, or is no media at all:
// no pipeline with flvdemux ends of it, and what follows comes out.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "arrivals.h"
#include "gst_version.h"
#include "oddities.h"
#include "process.h"
#include "real_media.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr const char* kStart = "NetStream.Publish.Start";

using Frames = Arrivals::Frames;

bool is_video(const Sent& message) { return message.type == MessageType::kVideo; }
bool is_audio(const Sent& message) { return message.type == MessageType::kAudio; }
bool is_header(const Sent& message) { return message.body.size() > 1 && message.body[1] == 0; }

/// One behind the other.
std::vector<Sent> joined(const std::vector<std::vector<Sent>>& parts) {
  std::vector<Sent> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The frames that a demuxer makes of H.264 and AAC.
Frames demuxed(const std::vector<Sent>& sent, MessageType type) {
  Frames frames;
  for (const Sent& message : sent) {
    if (message.type != type || is_header(message)) continue;
    const bool video = type == MessageType::kVideo;
    // 17 01 cccccc ... where c is how much later than decoded it is shown; AF 01 ...
    std::uint32_t later = 0;
    for (int i = 2; video && i < 5; ++i) later = later << 8 | static_cast<std::uint8_t>(message.body[i]);
    const auto shown = static_cast<GstClockTime>(message.timestamp + later);
    frames.push_back({shown * GST_MSECOND, message.body.substr(video ? 5 : 2)});
  }
  return frames;
}

/// The decoder configuration in a stream.
Sent configuration(const std::vector<Sent>& sent, bool (*medium)(const Sent&)) {
  return *std::ranges::find_if(sent,
                               [&](const Sent& message) { return medium(message) && is_header(message); });
}

/// Two seconds of H.264 and AAC, cut in two in front of the second's key frame.
struct Media {
  std::vector<Sent> before;
  std::vector<Sent> after;

  Media() {
    before = messages(real_media(2));
    const auto cut = std::ranges::find_if(
        before, [](const Sent& m) { return m.timestamp >= 1000 && is_video(m) && m.body[0] == '\x17'; });
    after.assign(cut, before.end());
    before.erase(cut, before.end());
    std::erase_if(after, [](const Sent& m) { return m.body.size() > 1 && m.body[1] == 2; });  // FFmpeg's end
  }
};

const Media& media() {
  static const Media media;
  return media;
}

constexpr const char* kBothSinks =
    "flvdemux name=d d.video ! fakesink name=video sync=false async=false "
    "d.audio ! fakesink name=audio sync=false async=false";

Sent at_1000(Sent message) {
  message.timestamp = 1000;
  return message;
}

/// The media with it in the middle.
std::vector<Sent> stream_with(const Oddity& oddity) {
  std::vector<Sent> sent = joined({media().before, oddity.messages});
  for (std::size_t i = 0; i < oddity.configurations; ++i)
    for (const auto medium : {is_video, is_audio})
      sent.push_back(at_1000(configuration(media().before, medium)));
  return joined({sent, media().after});
}

class Flvdemux : public testing::TestWithParam<Oddity> {};

TEST_P(Flvdemux, GoesOnBehind) {
  const Oddity& oddity = GetParam();
  TestPipeline pipeline("", kBothSinks);
  Arrivals pictures(pipeline, "video");
  Arrivals sounds(pipeline, "audio");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, stream_with(oddity)));

  const auto expect = [&](Arrivals& arrivals, MessageType type, std::size_t between) {
    const Frames first = demuxed(media().before, type);
    const Frames last = demuxed(media().after, type);
    ASSERT_TRUE(arrivals.wait_for(first.size() + between + last.size()));
    const Frames got = arrivals.frames();
    ASSERT_EQ(got.size(), first.size() + between + last.size());
    EXPECT_TRUE(std::equal(first.begin(), first.end(), got.begin()));
    EXPECT_TRUE(std::equal(last.rbegin(), last.rend(), got.rbegin()));
  };
  expect(pictures, MessageType::kVideo, oddity.video);
  expect(sounds, MessageType::kAudio, oddity.audio);
  EXPECT_EQ(first_told(pipeline.pipeline(), 0).what, "nothing");
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(pipeline.wait(), "eos");
}

std::string name_of(const testing::TestParamInfo<Oddity>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Bodies, Flvdemux, testing::ValuesIn(bodies()), name_of);
INSTANTIATE_TEST_SUITE_P(Configurations, Flvdemux, testing::ValuesIn(configurations()), name_of);
INSTANTIATE_TEST_SUITE_P(Codecs, Flvdemux, testing::ValuesIn(codecs()), name_of);

/// Publishes all of it, and waits for the end.
void publish_all(TestPipeline& pipeline, const std::vector<Sent>& sent) {
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(pipeline.wait(), "eos");
}

/// Publishes all of it, and waits until these frames have come, and then for the end.
void expect_frames(TestPipeline& pipeline, const std::vector<Sent>& sent, Arrivals& arrivals,
                   const Frames& expected) {
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(arrivals.wait_for(expected.size()));
  EXPECT_EQ(first_told(pipeline.pipeline(), 0).what, "nothing");
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(arrivals.frames() == expected);
}

// Longer than the 6 s for which flvdemux waits for the other medium.
TEST(FlvdemuxAlone, GivesAudioWithoutVideo) {
  auto sent = messages(real_media(8));
  std::erase_if(sent, is_video);
  TestPipeline pipeline("", "flvdemux ! audio/mpeg ! fakesink name=audio sync=false async=false");
  Arrivals sounds(pipeline, "audio");
  expect_frames(pipeline, sent, sounds, demuxed(sent, MessageType::kAudio));
}

TEST(FlvdemuxAlone, GivesVideoWithoutAudio) {
  auto sent = messages(real_media(8));
  std::erase_if(sent, [](const Sent& m) { return is_audio(m) || (m.body.size() > 1 && m.body[1] == 2); });
  TestPipeline pipeline("", "flvdemux ! video/x-h264 ! fakesink name=video sync=false async=false");
  Arrivals pictures(pipeline, "video");
  expect_frames(pipeline, sent, pictures, demuxed(sent, MessageType::kVideo));
}

// It makes no pad for the video then; nor does it end.
TEST(FlvdemuxAlone, GoesOnWithAudioWhenVideoComesAfterItHasGivenUpOnIt) {
  auto sent = messages(real_media(8));
  std::erase_if(sent, [](const Sent& m) { return is_video(m) && m.timestamp < 7000; });
  TestPipeline pipeline("", "flvdemux ! audio/mpeg ! fakesink name=audio sync=false async=false");
  Arrivals sounds(pipeline, "audio");
  expect_frames(pipeline, sent, sounds, demuxed(sent, MessageType::kAudio));
}

TEST(FlvdemuxAlone, LeavesOutFramesAheadOfTheirConfiguration) {
  std::vector<Sent> sent = media().before;
  std::vector<Sent> early(sent.begin(), sent.end());
  std::erase_if(early, [](const Sent& m) { return !is_video(m) || is_header(m); });
  early.resize(5);
  for (Sent& message : early) message.timestamp = 0;
  sent.insert(sent.begin(), early.begin(), early.end());
  TestPipeline pipeline("", kBothSinks);
  Arrivals pictures(pipeline, "video");
  Arrivals sounds(pipeline, "audio");
  expect_frames(pipeline, sent, pictures, demuxed(media().before, MessageType::kVideo));
  EXPECT_TRUE(sounds.frames() == demuxed(media().before, MessageType::kAudio));
}

/// Moves a stream to begin at that time.
std::vector<Sent> starting_at(std::uint32_t start, std::vector<Sent> sent) {
  for (Sent& message : sent) message.timestamp += start;
  return sent;
}

std::size_t frames_in(const std::vector<Sent>& sent, bool (*medium)(const Sent&)) {
  return static_cast<std::size_t>(std::ranges::count_if(
      sent, [&](const Sent& m) { return medium(m) && !is_header(m) && !(is_video(m) && m.body[1] == 2); }));
}

constexpr const char* kBothDecoders =
    "flvdemux name=d d.video ! queue ! h264parse ! avdec_h264 ! fakesink name=video sync=false async=false "
    "d.audio ! queue ! avdec_aac ! fakesink name=audio sync=false async=false";

/// Without frames that are none: what a decoder makes of those is its own.
std::vector<Oddity> bodies_without_frames() {
  auto all = bodies();
  std::erase_if(all, [](const Oddity& oddity) { return oddity.video + oddity.audio > 0; });
  return all;
}

class FlvdemuxAndDecoders : public testing::TestWithParam<Oddity> {};

TEST_P(FlvdemuxAndDecoders, DecodeEveryFrameAround) {
  const Oddity& oddity = GetParam();
  TestPipeline pipeline("", kBothDecoders);
  Arrivals pictures(pipeline, "video");
  Arrivals sounds(pipeline, "audio");
  publish_all(pipeline, stream_with(oddity));
  const auto real = joined({media().before, media().after});
  EXPECT_EQ(pictures.frames().size(), frames_in(real, is_video));
  EXPECT_EQ(sounds.frames().size(), frames_in(real, is_audio));
}

INSTANTIATE_TEST_SUITE_P(Bodies, FlvdemuxAndDecoders, testing::ValuesIn(bodies_without_frames()), name_of);
INSTANTIATE_TEST_SUITE_P(Configurations, FlvdemuxAndDecoders, testing::ValuesIn(configurations()), name_of);

TEST(FlvdemuxDecoded, TakesAStreamWhoseFirstAacConfigurationIsEmpty) {
  std::vector<Sent> sent(10, configuration(media().before, is_audio));
  sent[0].body = "\xAF\0"s;
  sent = joined({sent, media().before});
  TestPipeline pipeline("", kBothDecoders);
  Arrivals pictures(pipeline, "video");
  Arrivals sounds(pipeline, "audio");
  publish_all(pipeline, sent);
  EXPECT_EQ(pictures.frames().size(), frames_in(sent, is_video));
  EXPECT_EQ(sounds.frames().size(), frames_in(sent, is_audio));
}

TEST(FlvdemuxDecoded, FollowsANewSizeInMidStream) {
  const auto other = starting_at(1000, messages(encoded("160x120", "libx264", "aac")));
  const auto sent = joined({media().before, other});
  TestPipeline pipeline("", kBothDecoders);
  Arrivals pictures(pipeline, "video");
  publish_all(pipeline, sent);
  EXPECT_EQ(pictures.frames().size(), frames_in(sent, is_video));
  const auto caps = pictures.caps();
  ASSERT_EQ(caps.size(), 2u);
  EXPECT_NE(caps[0].find("width=(int)320"), std::string::npos) << caps[0];
  EXPECT_NE(caps[1].find("width=(int)160"), std::string::npos) << caps[1];
}

TEST(FlvdemuxCaps, ChangeWithTheCodecsInMidStream) {
  const auto sent =
      joined({media().before, starting_at(1000, messages(encoded("160x120", "flv", "libmp3lame")))});
  TestPipeline pipeline("", kBothSinks);
  Arrivals pictures(pipeline, "video");
  Arrivals sounds(pipeline, "audio");
  publish_all(pipeline, sent);
  ASSERT_FALSE(pictures.caps().empty());
  ASSERT_FALSE(sounds.caps().empty());
  EXPECT_TRUE(pictures.caps().front().starts_with("video/x-h264"));
  EXPECT_TRUE(pictures.caps().back().starts_with("video/x-flash-video")) << pictures.caps().back();
  EXPECT_NE(sounds.caps().front().find("mpegversion=(int)4"), std::string::npos) << sounds.caps().front();
  // flvdemux 1.28 hands on MP3 with the caps of the AAC before it.
  if (!gst_is_at_least(28)) {
    EXPECT_NE(sounds.caps().back().find("mpegversion=(int)1"), std::string::npos) << sounds.caps().back();
  }
}

/// How a pipeline with a file of this stream, pushed into flvdemux, ends without an rtmp2serversrc.
GstMessageType end_without_the_element(const std::vector<Sent>& sent) {
  const std::string file = scratch("control.flv");
  std::ofstream(file, std::ios::binary) << flv_file(sent);
  const std::string description = "filesrc location=" + file + " ! queue ! " + kBothSinks;
  GstElement* pipeline = gst_parse_launch(description.c_str(), nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const GstMessageType end = first_told(pipeline).type;
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return end;
}

// The danger is real, and the cases above could fail.
TEST(FlvdemuxByItself, FailsAtVideoOfNoBytesAndAtOneByteOfNoCodec) {
  EXPECT_EQ(end_without_the_element(joined({media().before, media().after})), GST_MESSAGE_EOS);
  EXPECT_EQ(end_without_the_element(joined({media().before, {video("")}, media().after})), GST_MESSAGE_ERROR);
  EXPECT_EQ(end_without_the_element(joined({media().before, {video("\0"s)}, media().after})),
            GST_MESSAGE_ERROR);
}

}  // namespace
}  // namespace rtmp::test
