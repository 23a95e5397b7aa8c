// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp2serverbin with the one publisher that it takes by default.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "flv_tags.h"
#include "signal_log.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

using Story = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBusy = "NetStream.Publish.BadName";

// Each pad has a thread of its own: what happens once it ends, in alphabetical order.
Story sorted(Story story) {
  std::sort(story.begin() + 3, story.end());
  return story;
}

std::vector<std::string> pictures(std::size_t count) {
  std::vector<std::string> frames;
  for (std::size_t i = 0; i < count; ++i) frames.push_back("picture " + std::to_string(i) + ";");
  return frames;
}

TEST(OnePublisher, HasAPadForEachTrackAndEosAtItsEnd) {
  TestBin bin;
  ASSERT_EQ(bin.pause(), GST_STATE_CHANGE_NO_PREROLL);
  ASSERT_EQ(bin.play(), GST_STATE_CHANGE_SUCCESS);
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(30)));
  publisher.close();
  EXPECT_EQ(first_told(bin.pipeline()).what, "eos");
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 closed"));
  EXPECT_EQ(sorted(bin.story()),
            (Story{"publisher-added 0 live cam1", "added video_0_0", "added audio_0_0", "eos audio_0_0",
                   "eos video_0_0", "publisher-removed 0 live cam1 closed"}));
  EXPECT_EQ(bin.pad("video_0_0").frames, pictures(30));
  EXPECT_EQ(bin.pad("video_0_0").caps, Story{"video/x-h264"});
  EXPECT_EQ(bin.pad("audio_0_0").caps, Story{"audio/mpeg"});
  EXPECT_EQ(bin.pad("audio_0_0").frames.size(), 30u);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam1"), kBusy);
}

// From the first byte of media until the first frame leaves the pad, in ms. That is the least of some
// attempts: nothing waits for a track that might come, but a loaded machine might.
double time_to_first_frame(std::optional<MessageType> only, const std::string& pad) {
  double least = std::numeric_limits<double>::max();
  for (int attempt = 0; attempt < 5; ++attempt) {
    TestBin bin;
    bin.play();
    TcpPublisher publisher(bin.port());
    EXPECT_EQ(publisher.publish("live", "cam1"), kStart);
    auto sent = avc_and_aac(1);
    std::erase_if(sent, [&](const Sent& message) { return only && message.type != *only; });
    // Tracks are announced that never come.
    const AmfValue tracks = AmfValue::object({{"0", AmfValue::object({})}, {"1", AmfValue::object({})}});
    sent.insert(sent.begin(), metadata({{"videocodecid", AmfValue::number(7)},
                                        {"audiocodecid", AmfValue::number(10)},
                                        {"videoTrackIdInfoMap", tracks},
                                        {"audioTrackIdInfoMap", tracks}}));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(send_all(publisher, sent));
    EXPECT_TRUE(bin.wait_for_frames(pad, 1));
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    least = std::min(least, taken.count());
  }
  return least;
}

TEST(OnePublisher, HasItsFirstFrameAtOnceAlsoWhereOneMediumIsAlone) {
  EXPECT_LT(time_to_first_frame(std::nullopt, "video_0_0"), kSlowness * 50.0);
  EXPECT_LT(time_to_first_frame(MessageType::kVideo, "video_0_0"), kSlowness * 50.0);
  EXPECT_LT(time_to_first_frame(MessageType::kAudio, "audio_0_0"), kSlowness * 50.0);
}

TEST(OnePublisher, IsNamedByItsStreamIdAndTags) {
  TestBin bin;
  bin.play();
  const std::string port = std::to_string(bin.port());
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live/room", "cam1?token=abc"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(3)));
  ASSERT_TRUE(bin.wait_for_frames("video_0_0", 1));
  ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 1));
  EXPECT_EQ(bin.pad("video_0_0").stream_id, "rtmp:" + port + "/0/live/room/cam1/video_0");
  EXPECT_EQ(bin.pad("video_0_0").stream, bin.pad("video_0_0").stream_id);
  EXPECT_EQ(bin.pad("video_0_0").location, "rtmpserver://:" + port + "/live/room/cam1");
  EXPECT_EQ(bin.pad("audio_0_0").stream_id, "rtmp:" + port + "/0/live/room/cam1/audio_0");
  EXPECT_EQ(bin.pad("audio_0_0").stream, bin.pad("audio_0_0").stream_id);
}

TEST(OnePublisher, IsDescribedToTheHandlerOfPublisherAdded) {
  TestBin bin;
  bin.play();
  TcpPublisher publisher(bin.port());
  const AmfValue encoder = AmfValue::string("Encoder 1.0");
  ASSERT_EQ(publisher.connect({.app = "live", .more = {{"flashVer", encoder}}}),
            "NetConnection.Connect.Success");
  ASSERT_EQ(publisher.publish_key("cam1?token=abc"), kStart);
  ASSERT_TRUE(bin.wait_for("publisher-added 0 live cam1"));
  for (const char* field : {"number=(uint)0", "application=(string)live", "stream-key=(string)cam1",
                            "query=(string)\"token\\=abc\"", "encoder=(string)\"Encoder\\ 1.0\"", "address="})
    EXPECT_NE(bin.publisher().find(field), std::string::npos) << field << " in " << bin.publisher();
}

// The source's own error would be "Internal data stream error". An element that waits for sound ends, too.
TEST(OnePublisher, WhosePadsNobodyLinksIsAnErrorThatNamesThem) {
  TestBin bin("",
              [](const std::string& pad) { return pad.starts_with("audio") ? TestBin::fakesink(pad) : ""; });
  bin.play();
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, {avc_header()}));
  Told told{};
  // The source learns of it with a later frame.
  for (std::uint32_t i = 0; i < 1000 && told.type == GST_MESSAGE_UNKNOWN; ++i) {
    (void)send_all(publisher, {avc_frame(i * 40, i == 0, "picture")});
    told = first_told(bin.pipeline(), 10 * GST_MSECOND);
  }
  EXPECT_EQ(told.type, GST_MESSAGE_ERROR);
  EXPECT_EQ(told.who, "bin");
  EXPECT_EQ(told.what, "Publisher 0 has the pads video_0_0, and none of them is linked.");
  EXPECT_TRUE(bin.wait_for("eos audio_0_0"));
}

// They are in GStreamer's log.
TEST(OnePublisher, HasNoSecretInItsStreamIdAndTags) {
  TestBin bin("stream-key=secret");
  bin.play();
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "secret"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(3)));
  ASSERT_TRUE(bin.wait_for_frames("video_0_0", 1));
  EXPECT_EQ(bin.pad("video_0_0").stream_id.find("secret"), std::string::npos);
  EXPECT_EQ(bin.pad("video_0_0").location.find("secret"), std::string::npos);
}

TEST(OnePublisher, IsToldOfAsByTheSource) {
  TestBin bin;
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  {
    TcpPublisher publisher(bin.port());
    ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
    EXPECT_TRUE(log.wait_for("added live cam1"));
    gboolean publishing = FALSE;
    g_object_get(bin.bin(), "publishing", &publishing, nullptr);
    EXPECT_TRUE(publishing);
    EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "other"), kBusy);
    EXPECT_TRUE(log.wait_for("rejected live other busy"));
    publisher.close();
  }
  EXPECT_TRUE(log.wait_for("removed live cam1 closed"));
  const auto started = log.wait_for_message("rtmp2-publish-started");
  ASSERT_TRUE(started);
  EXPECT_STREQ(gst_structure_get_string(started.get(), "stream-key"), "cam1");
  EXPECT_TRUE(log.wait_for_message("rtmp2-publish-ended"));
  GstStructure* stats = nullptr;
  g_object_get(bin.bin(), "stats", &stats, nullptr);
  guint64 accepted = 0;
  EXPECT_TRUE(gst_structure_get_uint64(stats, "accepted", &accepted));
  EXPECT_EQ(accepted, 1u);
  EXPECT_STREQ(gst_structure_get_string(stats, "stream-key"), "cam1");
  gst_structure_free(stats);
}

TEST(OnePublisher, KeepsNoStopWaitingForPadsThatHaveNoEos) {
  TestBin bin;
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  publisher.close();
  EXPECT_TRUE(log.wait_for_message("rtmp2-publish-ended"));
  EXPECT_LT(bin.stop(), kSlowness * 700.0);  // while it plays, publisher-removed would wait for a second
}

TEST(OnePublisher, MayBeRefusedByAHandler) {
  TestBin bin;
  g_signal_connect(bin.bin(), "client-connecting",
                   G_CALLBACK(+[](GstElement*, const GstStructure* client, gpointer) -> gboolean {
                     return g_str_equal(gst_structure_get_string(client, "query"), "token=right");
                   }),
                   nullptr);
  bin.play();
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam1?token=wrong"), "NetStream.Publish.Denied");
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam1?token=right"), kStart);
}

TEST(OnePublisher, IsEndedByAnEosEvent) {
  TestBin bin;
  bin.play();
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(5)));
  ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 5));
  gst_element_send_event(bin.pipeline(), gst_event_new_eos());
  EXPECT_EQ(first_told(bin.pipeline()).what, "eos");
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 stopped"));
}

TEST(OnePublisher, ComesAgainAfterAStop) {
  TestBin bin;
  for (int i = 0; i < 3; ++i) {
    bin.play();
    TcpPublisher publisher(bin.port());
    ASSERT_EQ(publisher.publish("live", "run" + std::to_string(i)), kStart);
    ASSERT_TRUE(send_all(publisher, avc_and_aac(5)));
    ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 5 * static_cast<std::size_t>(i + 1)));
    EXPECT_LT(bin.stop(), 1000);
    EXPECT_TRUE(bin.wait_for("publisher-removed 0 live run" + std::to_string(i) + " stopped"));
    EXPECT_EQ(bin.port(), 0);
    EXPECT_EQ(GST_BIN_NUMCHILDREN(bin.bin()), 0);
    EXPECT_EQ(GST_ELEMENT(bin.bin())->numpads, 0);
  }
}

TEST(OnePublisher, FailsToStartAsTheSource) {
  TestBin first;
  first.play();
  TestBin second("port=" + std::to_string(first.port()));
  EXPECT_EQ(second.play(), GST_STATE_CHANGE_FAILURE);
  EXPECT_NE(first_told(second.pipeline()).what.find("already takes"), std::string::npos);
}

TEST(OnePublisher, ThatTakesOverWithAnotherCodecGoesOnOnTheSamePad) {
  TestBin bin("takeover=replace");
  bin.play();
  TcpPublisher first(bin.port());
  ASSERT_EQ(first.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(first, avc_and_aac(3)));
  ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 3));
  TcpPublisher second(bin.port());
  ASSERT_EQ(second.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(second, {audio(0, "2F FFFB9064 00"), avc_header(), avc_frame(0, true, "a")}));
  ASSERT_TRUE(bin.wait_for_frames("video_0_0", 4));
  second.close();
  ASSERT_TRUE(bin.wait_for("publisher-removed 0 live cam1 closed"));
  ASSERT_TRUE(bin.wait_for("eos audio_0_0"));
  ASSERT_TRUE(bin.wait_for("eos video_0_0"));
  EXPECT_EQ(bin.pad("audio_0_0").caps, (Story{"audio/mpeg", "audio/mpeg"}));
  EXPECT_EQ(sorted(bin.story()),
            (Story{"publisher-added 0 live cam1", "added video_0_0", "added audio_0_0", "eos audio_0_0",
                   "eos video_0_0", "publisher-removed 0 live cam1 closed"}));
}

// Each pad has a thread: without a queue behind them, the sinks wait for each other's first frame.
TEST(OnePublisher, NeedsNoQueuesBehindItsPads) {
  TestBin bin("", [](const std::string&) { return "fakesink sync=false"; });
  bin.play();
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(30)));
  publisher.close();
  EXPECT_EQ(first_told(bin.pipeline()).what, "eos");
  EXPECT_EQ(bin.pad("video_0_0").frames.size(), 30u);
  EXPECT_EQ(bin.pad("audio_0_0").frames.size(), 30u);
}

}  // namespace
}  // namespace rtmp::test
