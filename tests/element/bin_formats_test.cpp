// SPDX-License-Identifier: LGPL-2.1-or-later
// The formats in which rtmp2serverbin has H.264 and H.265: that of FLV, and a byte stream.
#include <gtest/gtest.h>

#include <algorithm>

#include "eflv_muxer.h"
#include "encoder.h"
#include "flv_tags.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr std::size_t kPictures = 12;
constexpr std::size_t kKeyEvery = 6;

struct Codec {
  const char* name;
  const char* fourcc;
  const char* encoder;
  const char* decoder;
  const char* caps;
};
constexpr Codec kH264{"H264", "avc1",
                      "x264enc speed-preset=ultrafast bframes=2 key-int-max=6 ! h264parse ! "
                      "video/x-h264,stream-format=avc,alignment=au",
                      "h264parse ! avdec_h264", "video/x-h264"};
constexpr Codec kH265{
    "H265", "hvc1",
    "x265enc speed-preset=ultrafast key-int-max=6 option-string=open-gop=0 log-level=none ! h265parse ! "
    "video/x-h265,stream-format=hvc1,alignment=au",
    "h265parse ! avdec_h265", "video/x-h265"};

Encoded pictures(const Codec& codec) {
  return encode("videotestsrc pattern=ball num-buffers=" + std::to_string(kPictures) +
                " ! video/x-raw,format=I420,width=96,height=80,framerate=25/1 ! " + codec.encoder);
}

std::vector<Sent> messages_of(const Codec& codec, const Encoded& encoded) {
  return mux({{MessageType::kVideo, codec.fourcc, std::nullopt, encoded.codec_data, encoded.units}},
             TagForm::kPlain);
}

// What is behind the pads, which takes only this.
TestBin::Branch takes(const std::string& caps) {
  return
      [caps](const std::string& pad) { return "capsfilter caps=" + caps + " ! " + TestBin::fakesink(pad); };
}

// Publishes all of it; returns once so many frames have come out of the pad.
void publish(TestBin& bin, const std::vector<Sent>& sent, std::size_t frames) {
  const std::string gone = "publisher-removed 0 live cam1 closed";
  const auto before = std::ranges::count(bin.story(), gone);
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(bin.wait_for_frames("video_0_0", frames));
  publisher.close();
  ASSERT_TRUE(bin.wait_for(gone, before + 1));
}

bool is_byte_stream(const std::string& frame) { return frame.starts_with(std::string("\0\0\0\1", 4)); }

// What a decoder that has seen nothing else makes of these frames.
std::size_t decoded(const Codec& codec, const std::vector<std::string>& frames) {
  Encoded stream{.caps = {gst_caps_new_simple(codec.caps, "stream-format", G_TYPE_STRING, "byte-stream",
                                              "alignment", G_TYPE_STRING, "au", nullptr),
                          gst_caps_unref}};
  for (const std::string& frame : frames) {
    std::shared_ptr<GstBuffer> buffer(gst_buffer_new_memdup(frame.data(), frame.size()), gst_buffer_unref);
    GST_BUFFER_PTS(buffer.get()) = stream.buffers.size() * GST_SECOND / 25;
    stream.buffers.push_back(std::move(buffer));
  }
  return decode(stream, codec.decoder).size();
}

class Formats : public testing::TestWithParam<Codec> {};

TEST_P(Formats, AreThatOfFlvWherePeersTakeIt) {
  const Codec& codec = GetParam();
  const Encoded encoded = pictures(codec);
  for (const std::string caps : {"ANY", codec.caps}) {
    TestBin bin("keep-listening=true", takes(caps));
    bin.play();
    ASSERT_NO_FATAL_FAILURE(publish(bin, messages_of(codec, encoded), kPictures));
    const auto frames = bin.pad("video_0_0").frames;
    for (std::size_t i = 0; i < kPictures; ++i) EXPECT_EQ(frames[i], encoded.units[i].bytes) << i;
  }
}

TEST_P(Formats, AreAByteStreamWherePeersTakeOnlyThat) {
  const Codec& codec = GetParam();
  const Encoded encoded = pictures(codec);
  TestBin bin("keep-listening=true", takes(std::string(codec.caps) + ",stream-format=byte-stream"));
  bin.play();
  // Through a reconnect, too.
  for (std::size_t times = 1; times <= 2; ++times)
    ASSERT_NO_FATAL_FAILURE(publish(bin, messages_of(codec, encoded), times * kPictures));
  const auto frames = bin.pad("video_0_0").frames;
  for (const std::string& frame : frames) EXPECT_TRUE(is_byte_stream(frame));
  EXPECT_EQ(decoded(codec, frames), 2 * kPictures);
  // Each key frame has the parameter sets.
  EXPECT_EQ(decoded(codec, {frames.begin() + kKeyEvery, frames.end()}), 2 * kPictures - kKeyEvery);
}

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::Values(kH264, kH265),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(FormatChanges, FollowTheCodec) {
  TestBin bin("keep-listening=true",
              takes("video/x-h264,stream-format=byte-stream;video/x-h265,stream-format=byte-stream"));
  bin.play();
  std::size_t frames = 0;
  for (const Codec& codec : {kH264, kH265, kH264})
    ASSERT_NO_FATAL_FAILURE(publish(bin, messages_of(codec, pictures(codec)), frames += kPictures));
  const auto pad = bin.pad("video_0_0");
  EXPECT_EQ(pad.caps, (std::vector<std::string>{kH264.caps, kH265.caps, kH264.caps}));
  for (const std::string& frame : pad.frames) EXPECT_TRUE(is_byte_stream(frame));
}

TEST(FormatChanges, LeaveOutACodecThatThePeerTakesInNoFormat) {
  TestBin bin("keep-listening=true", takes("video/x-h264,stream-format=byte-stream"));
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  ASSERT_NO_FATAL_FAILURE(publish(bin, messages_of(kH264, pictures(kH264)), kPictures));
  ASSERT_NO_FATAL_FAILURE(publish(bin, messages_of(kH265, pictures(kH265)), kPictures));
  EXPECT_TRUE(log.wait_for_message("track-left-out"));
  ASSERT_NO_FATAL_FAILURE(publish(bin, messages_of(kH264, pictures(kH264)), 2 * kPictures));
  for (const std::string& frame : bin.pad("video_0_0").frames) EXPECT_TRUE(is_byte_stream(frame));
}

}  // namespace
}  // namespace rtmp::test
