// SPDX-License-Identifier: LGPL-2.1-or-later
// What chooses demuxers by itself takes eflvdemux behind rtmp2serversrc, and flvdemux for files.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>

#include "media_fixture.h"
#include "process.h"
#include "real_media.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

/// The names of the factories of all elements that a bin has had.
class Factories {
 public:
  explicit Factories(GstElement* bin) {
    g_signal_connect_data(bin, "deep-element-added",
                          G_CALLBACK(+[](GstBin*, GstBin*, GstElement* element, gpointer self) {
                            static_cast<Factories*>(self)->add(element);
                          }),
                          this, nullptr, GConnectFlags{});
  }
  [[nodiscard]] bool has(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }

 private:
  void add(GstElement* element) {
    GstElementFactory* factory = gst_element_get_factory(element);
    const std::lock_guard lock(mutex_);
    if (factory) names_.insert(GST_OBJECT_NAME(factory));
  }

  mutable std::mutex mutex_;
  std::set<std::string> names_;
};

void publish(std::uint16_t port, const std::vector<Sent>& sent) {
  TcpPublisher publisher(port);
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
}
/// Publishes a second of H.264 and AAC as it was recorded.
void publish(std::uint16_t port) { publish(port, messages(real_media(1))); }

/// Counts the buffers that reach the sinks of each medium.
struct Shown {
  std::atomic<int> video{0}, audio{0};

  /// A sink that counts for `count`.
  static GstElement* sink(std::atomic<int>& count) {
    GstElement* made = gst_element_factory_make("fakesink", nullptr);
    g_object_set(made, "signal-handoffs", TRUE, "sync", FALSE, "async", FALSE, nullptr);
    g_signal_connect(made, "handoff", G_CALLBACK(+[](GstElement*, GstBuffer*, GstPad*, gpointer shown) {
                       ++*static_cast<std::atomic<int>*>(shown);
                     }),
                     &count);
    return made;
  }
};

TEST(Autoplug, TakesEflvdemuxBehindTheServer) {
  for (const char* rest : {"decodebin ! fakesink sync=false", "decodebin3 ! fakesink sync=false",
                           "parsebin ! fakesink sync=false"}) {
    SCOPED_TRACE(rest);
    TestPipeline pipeline("", rest);
    const Factories factories(pipeline.pipeline());
    pipeline.play();
    publish(pipeline.port());
    EXPECT_EQ(pipeline.wait(), "eos");
    EXPECT_TRUE(factories.has("eflvdemux"));
    EXPECT_FALSE(factories.has("flvdemux"));
  }
}

std::vector<Sent> only(std::vector<Sent> sent, MessageType type) {
  std::erase_if(sent, [&](const Sent& message) { return message.type != type; });
  return sent;
}

void show(GstElement* from, GstPad* pad, gpointer data) {
  auto* counts = static_cast<Shown*>(data);
  const bool is_video = g_str_has_prefix(GST_PAD_NAME(pad), "video");
  GstElement* sink = Shown::sink(is_video ? counts->video : counts->audio);
  gst_bin_add(GST_BIN(GST_ELEMENT_PARENT(from)), sink);
  gst_element_sync_state_with_parent(sink);
  gst_element_link_pads(from, GST_PAD_NAME(pad), sink, "sink");
}

// Sinks are made as decodebin3 adds its pads, for which it takes raw media of either kind.
TEST(Decodebin3, ShowsBothMediaAndEachAlone) {
  const auto both = messages(encoded("160x120", "libx264", "aac"));
  const std::pair<bool, bool> kinds[] = {{true, true}, {true, false}, {false, true}};
  for (const auto& [video, audio] : kinds) {
    SCOPED_TRACE(video ? (audio ? "both" : "video") : "audio");
    Shown shown;
    TestPipeline pipeline("", "decodebin3 name=d");
    GstElement* decodebin = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "d");
    g_signal_connect(decodebin, "pad-added", G_CALLBACK(show), &shown);
    gst_object_unref(decodebin);
    pipeline.play();
    publish(pipeline.port(),
            video && audio ? both : only(both, video ? MessageType::kVideo : MessageType::kAudio));
    EXPECT_EQ(pipeline.wait(), "eos");
    EXPECT_EQ(shown.video, video ? 30 : 0);
    EXPECT_EQ(shown.audio > 40, audio) << shown.audio;
  }
}

// With keep-listening, another size and rate. Another codec is more than parsebin of 1.22 takes.
TEST(Decodebin3, ShowsPublishersOneAfterTheOther) {
  Shown shown;
  TestPipeline pipeline("keep-listening=true", "decodebin3 name=d");
  GstElement* decodebin = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "d");
  g_signal_connect(decodebin, "pad-added", G_CALLBACK(show), &shown);
  gst_object_unref(decodebin);
  pipeline.play();
  for (const int rate : {44100, 48000, 44100})
    publish(pipeline.port(),
            messages(encoded(rate == 48000 ? "320x240" : "160x120", "libx264", "aac", rate)));
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(shown.video, 3 * 30);
  EXPECT_GT(shown.audio, 3 * 40);
}

// What players use, by the URI.
TEST(Playbin3, ShowsBothMediaAndEachAlone) {
  const auto both = messages(encoded("160x120", "libx264", "aac"));
  const std::pair<bool, bool> kinds[] = {{true, true}, {true, false}, {false, true}};
  for (const auto& [video, audio] : kinds) {
    SCOPED_TRACE(video ? (audio ? "both" : "video") : "audio");
    Shown shown;
    GstElement* playbin = gst_element_factory_make("playbin3", nullptr);
    g_object_set(playbin, "uri", "rtmpserver://127.0.0.1:0", "video-sink", Shown::sink(shown.video),
                 "audio-sink", Shown::sink(shown.audio), nullptr);
    std::promise<guint> listens;
    g_signal_connect(playbin, "source-setup", G_CALLBACK(+[](GstElement*, GstElement* source, gpointer data) {
                       g_signal_connect(source, "notify::current-port",
                                        G_CALLBACK(+[](GObject* of, GParamSpec*, gpointer to) {
                                          guint port = 0;
                                          g_object_get(of, "current-port", &port, nullptr);
                                          if (port > 0)
                                            static_cast<std::promise<guint>*>(to)->set_value(port);
                                        }),
                                        data);
                     }),
                     &listens);
    gst_element_set_state(playbin, GST_STATE_PLAYING);
    auto port = listens.get_future();
    ASSERT_EQ(port.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    publish(static_cast<std::uint16_t>(port.get()),
            video && audio ? both : only(both, video ? MessageType::kVideo : MessageType::kAudio));
    EXPECT_EQ(first_told(playbin).what, "eos");
    EXPECT_EQ(shown.video, video ? 30 : 0);
    EXPECT_EQ(shown.audio > 40, audio) << shown.audio;
    gst_element_set_state(playbin, GST_STATE_NULL);
    gst_object_unref(playbin);
  }
}

TEST(Autoplug, LeavesFilesToFlvdemux) {
  for (const std::string decoder : {"decodebin", "decodebin3"}) {
    SCOPED_TRACE(decoder);
    GstElement* pipeline = gst_parse_launch(
        ("filesrc location=" + real_media(1) + " ! " + decoder + " ! fakesink sync=false").c_str(), nullptr);
    ASSERT_TRUE(pipeline);
    const Factories factories(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    EXPECT_EQ(first_told(pipeline).what, "eos");
    EXPECT_TRUE(factories.has("flvdemux"));
    EXPECT_FALSE(factories.has("eflvdemux"));
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }
}

// It stands behind any source of FLV, if it is asked to.
TEST(Autoplug, IsNotNeededToReadAFile) {
  GstElement* pipeline = gst_parse_launch(
      ("filesrc location=" + real_media(1) +
       " ! eflvdemux name=d d.video_0 ! queue ! fakesink sync=false d.audio_0 ! queue ! fakesink sync=false")
          .c_str(),
      nullptr);
  ASSERT_TRUE(pipeline);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  EXPECT_EQ(first_told(pipeline).what, "eos");
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

}  // namespace
}  // namespace rtmp::test
