// SPDX-License-Identifier: LGPL-2.1-or-later
// What chooses demuxers by itself takes eflvdemux behind rtmp2serversrc, and flvdemux for files.
#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "publish.h"
#include "real_media.h"
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

TEST(Autoplug, TakesEflvdemuxBehindTheServer) {
  for (const char* rest : {"decodebin ! fakesink sync=false", "decodebin3 ! fakesink sync=false",
                           "parsebin ! fakesink sync=false"}) {
    SCOPED_TRACE(rest);
    TestPipeline pipeline("", rest);
    const Factories factories(pipeline.pipeline());
    pipeline.play();
    EXPECT_TRUE(publish(pipeline.port(), "key", messages(real_media(1))));
    EXPECT_EQ(pipeline.wait(), "eos");
    EXPECT_TRUE(factories.has("eflvdemux"));
    EXPECT_FALSE(factories.has("flvdemux"));
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
    // Which demuxer it is, has been decided by then. decodebin3 1.26 misses the decoder behind flvdemux at
    // times, also where this plugin is not installed.
    EXPECT_NE(first_told(pipeline).type, GST_MESSAGE_UNKNOWN);
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
