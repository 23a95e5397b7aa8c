// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp2serverbin with keep-listening: the pads stay, whoever publishes.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "flv_tags.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

using Story = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";

// Publishes all of it and leaves; returns once the publisher is gone, and so many frames have come out of the
// pad.
void publish(TestBin& bin, const std::vector<Sent>& sent, const std::string& pad, std::size_t frames) {
  const std::string gone = "publisher-removed 0 live cam1 closed";
  const auto before = std::ranges::count(bin.story(), gone);
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(bin.wait_for_frames(pad, frames)) << frames;
  publisher.close();
  ASSERT_TRUE(bin.wait_for(gone, before + 1));
}

// Only what does not depend on how often somebody published.
Story pads_of(const Story& story) {
  Story kept;
  for (const std::string& line : story)
    if (!line.starts_with("publisher-")) kept.push_back(line);
  return kept;
}

TEST(KeptPads, StayThroughReconnects) {
  TestBin bin("keep-listening=true");
  bin.play();
  for (std::size_t i = 1; i <= 5; ++i) publish(bin, avc_and_aac(10), "audio_0_0", 10 * i);
  EXPECT_EQ(pads_of(bin.story()), (Story{"added video_0_0", "added audio_0_0"}));
  EXPECT_EQ(std::ranges::count(bin.story(), "publisher-added 0 live cam1"), 5);
  EXPECT_EQ(bin.pad("video_0_0").caps, Story{"video/x-h264"});
  gst_element_send_event(bin.pipeline(), gst_event_new_eos());
  EXPECT_EQ(first_told(bin.pipeline()).what, "eos");
}

TEST(KeptPads, HaveGapsWhileNobodyPublishes) {
  TestBin bin("keep-listening=true");
  bin.play();
  publish(bin, avc_and_aac(5), "audio_0_0", 5);
  ASSERT_TRUE(bin.wait_for_gaps("video_0_0", 2));
  ASSERT_TRUE(bin.wait_for_gaps("audio_0_0", 2));
}

std::vector<Sent> of_size(std::uint32_t level) {
  auto sent = avc_and_aac(10);
  sent[0].body[8] = static_cast<char>(level);  // another configuration
  return sent;
}

TEST(KeptPads, HaveNewCapsForAnotherFormatOfTheSameCodec) {
  TestBin bin("keep-listening=true");
  bin.play();
  publish(bin, of_size(0x1F), "video_0_0", 10);
  publish(bin, of_size(0x29), "video_0_0", 20);
  EXPECT_EQ(bin.pad("video_0_0").caps, (Story{"video/x-h264", "video/x-h264"}));
  EXPECT_EQ(pads_of(bin.story()), (Story{"added video_0_0", "added audio_0_0"}));
}

// H.265, of which the configuration is not looked at.
std::vector<Sent> hevc(std::size_t frames) {
  std::vector<Sent> sent{video(0, "90 'hvc1' 0101600000009000000000005DF000FCFDF8F800000F00")};
  for (std::size_t i = 0; i < frames; ++i) {
    Sent frame = video(static_cast<std::uint32_t>(i * 40), i % 25 == 0 ? "93 'hvc1'" : "A3 'hvc1'");
    frame.body += "picture";
    sent.push_back(frame);
    if (i == 0) sent.push_back(aac_header());
    sent.push_back(aac_frame(static_cast<std::uint32_t>(i * 40), "sound"));
  }
  return sent;
}

TEST(KeptPads, GoOnWithAnotherCodecIfThePeerTakesIt) {
  TestBin bin("keep-listening=true");
  bin.play();
  publish(bin, avc_and_aac(10), "video_0_0", 10);
  const std::string stream = bin.pad("video_0_0").stream_id;
  publish(bin, hevc(10), "video_0_0", 20);
  publish(bin, avc_and_aac(10), "video_0_0", 30);
  EXPECT_EQ(bin.pad("video_0_0").stream_id, stream);
  EXPECT_EQ(bin.pad("video_0_0").caps, (Story{"video/x-h264", "video/x-h265", "video/x-h264"}));
  EXPECT_EQ(pads_of(bin.story()), (Story{"added video_0_0", "added audio_0_0"}));
}

// The picture only as H.264.
std::string takes_h264(const std::string& pad) {
  return (pad == "video_0_0" ? "capsfilter caps=video/x-h264 ! " : "") + TestBin::fakesink(pad);
}

TEST(KeptPads, LeaveOutACodecThatThePeerDoesNotTake) {
  TestBin bin("keep-listening=true", takes_h264);
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  publish(bin, avc_and_aac(10), "video_0_0", 10);
  publish(bin, hevc(100), "audio_0_0", 110);
  const auto told = log.wait_for_message("track-left-out");
  ASSERT_TRUE(told);
  EXPECT_STREQ(gst_structure_get_string(told.get(), "pad"), "video_0_0");
  EXPECT_EQ(bin.pad("video_0_0").frames.size(), 10u);
  EXPECT_TRUE(bin.wait_for_gaps("video_0_0", 6));  // of four seconds
  publish(bin, avc_and_aac(10), "video_0_0", 20);
  EXPECT_EQ(bin.pad("video_0_0").caps, (Story{"video/x-h264", "video/x-h264"}));
  EXPECT_EQ(pads_of(bin.story()), (Story{"added video_0_0", "added audio_0_0"}));
}

TEST(KeptPads, TellOnceOfAFormatThatIsLeftOut) {
  TestBin bin("keep-listening=true", takes_h264);
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  publish(bin, avc_and_aac(10), "video_0_0", 10);
  publish(bin, hevc(100), "audio_0_0", 110);
  publish(bin, hevc(100), "audio_0_0", 210);
  EXPECT_EQ(log.messages("track-left-out").size(), 1u);
  publish(bin, avc_and_aac(10), "video_0_0", 20);
  publish(bin, hevc(100), "audio_0_0", 320);
  EXPECT_EQ(log.messages("track-left-out").size(), 2u);
}

// As for a track that has not come yet: elements get the caps first.
TEST(KeptPads, HaveNothingOfAFirstPublisherWhoseCodecThePeerDoesNotTake) {
  static std::atomic<int> warnings;
  const auto warn = [](const gchar*, GLogLevelFlags, const gchar* text, gpointer) {
    ++warnings;
    ADD_FAILURE() << text;
  };
  const guint handler = g_log_set_handler("GStreamer", G_LOG_LEVEL_WARNING, warn, nullptr);
  TestBin bin("keep-listening=true", takes_h264);
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  publish(bin, hevc(100), "audio_0_0", 100);
  EXPECT_EQ(log.messages("track-left-out").size(), 1u);
  publish(bin, avc_and_aac(10), "video_0_0", 10);
  EXPECT_EQ(bin.pad("video_0_0").caps, Story{"video/x-h264"});
  EXPECT_EQ(warnings, 0);
  g_log_remove_handler("GStreamer", handler);
}

TEST(KeptPads, EndWithAPublisherWhoseCodecThePeerDoesNotTake) {
  TestBin bin("", takes_h264);
  bin.play();
  publish(bin, hevc(10), "audio_0_0", 10);
  EXPECT_EQ(first_told(bin.pipeline()).what, "eos");
}

TEST(KeptPads, ComeForATrackThatIsNew) {
  TestBin bin("keep-listening=true");
  bin.play();
  publish(bin, {avc_header(), avc_frame(0, true, "a")}, "video_0_0", 1);
  publish(bin, avc_and_aac(10), "audio_0_0", 10);
  EXPECT_EQ(pads_of(bin.story()), (Story{"added video_0_0", "added audio_0_0"}));
}

}  // namespace
}  // namespace rtmp::test
