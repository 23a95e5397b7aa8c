// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp2serverbin in pipelines that change, with publishers that come and go meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "eventually.h"
#include "flv_tags.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

bool is_empty(TestBin& bin) {
  return eventually(
      [&] { return GST_BIN_NUMCHILDREN(bin.bin()) == 0 && GST_ELEMENT(bin.bin())->numpads == 0; });
}

// A publisher that comes, sends, and goes, whatever becomes of it.
void come_and_go(std::uint16_t port, const std::string& key, std::size_t frames) {
  TcpPublisher publisher(port);
  if (!publisher.connected() || publisher.publish("live", key) != kStart) return;
  (void)send_all(publisher, avc_and_aac(frames));
  publisher.close();
}

class Dynamic : public testing::TestWithParam<const char*> {};

TEST_P(Dynamic, IsAddedToARunningPipelineAndRemovedFromIt) {
  TestBin bin(GetParam());
  gst_element_set_locked_state(bin.bin(), TRUE);
  bin.play();
  EXPECT_EQ(bin.port(), 0);
  gst_element_set_locked_state(bin.bin(), FALSE);
  ASSERT_TRUE(gst_element_sync_state_with_parent(bin.bin()));
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(5)));
  ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 5));
  gst_bin_remove(GST_BIN(bin.pipeline()), bin.bin());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(gst_element_set_state(bin.bin(), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(kSlowness));
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 stopped"));
  EXPECT_TRUE(is_empty(bin));
}

TEST_P(Dynamic, TakesPublishersInPausedAndPlaysThemLater) {
  TestBin bin(GetParam());
  ASSERT_EQ(bin.pause(), GST_STATE_CHANGE_NO_PREROLL);
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(5)));
  EXPECT_TRUE(bin.pad("video_0_0").frames.empty());
  bin.play();
  EXPECT_TRUE(bin.wait_for_frames("audio_0_0", 5));
  EXPECT_EQ(bin.pause(), GST_STATE_CHANGE_NO_PREROLL);
  bin.play();
  ASSERT_TRUE(send_all(publisher, avc_and_aac(5, 1000)));
  EXPECT_TRUE(bin.wait_for_frames("audio_0_0", 10));
}

// As a monitor does, which knows nothing of states.
TEST_P(Dynamic, TellsOfItselfWhileItStartsAndStops) {
  TestBin bin(GetParam());
  std::atomic<bool> ends{false};
  std::thread monitor([&] {
    while (!ends) {
      GstStructure* stats = nullptr;
      guint port = 0;
      gboolean publishing = FALSE;
      g_object_get(bin.bin(), "stats", &stats, "current-port", &port, "publishing", &publishing, nullptr);
      EXPECT_TRUE(gst_structure_has_field(stats, "publishing"));
      EXPECT_FALSE(publishing);
      gst_structure_free(stats);
    }
  });
  for (int times = 0; times < 20; ++times) {
    // With one publisher at a time, and with several.
    g_object_set(bin.bin(), "max-publishers", times % 2, nullptr);
    EXPECT_NE(bin.play(), GST_STATE_CHANGE_FAILURE);
    EXPECT_NE(bin.port(), 0);
    bin.stop();
  }
  ends = true;
  monitor.join();
}

TEST_P(Dynamic, WorksInAnotherBin) {
  TestBin bin(GetParam());
  GstElement* outer = gst_bin_new("outer");
  gst_bin_remove(GST_BIN(bin.pipeline()), bin.bin());
  gst_bin_add(GST_BIN(outer), bin.bin());
  gst_bin_add(GST_BIN(bin.pipeline()), outer);
  EXPECT_EQ(bin.pause(), GST_STATE_CHANGE_NO_PREROLL);
  bin.play();
  TcpPublisher publisher(bin.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(publisher, avc_and_aac(5)));
  ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 5));
  // The pipeline finds the bin, which is a source, in the other one.
  gst_element_send_event(bin.pipeline(), gst_event_new_eos());
  EXPECT_EQ(first_told(bin.pipeline()).what, "eos");
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 stopped"));
  EXPECT_LT(bin.stop(), 1000 * kSlowness);
  EXPECT_TRUE(is_empty(bin));
}

INSTANTIATE_TEST_SUITE_P(All, Dynamic,
                         testing::Values("max-publishers=1", "max-publishers=1 keep-listening=true",
                                         "max-publishers=0"),
                         [](const auto& test) { return "With" + std::to_string(test.index); });

// Branches are made while the bin changes its state: each is in the right one in the end.
TEST(DynamicUse, StatesChangeWhilePublishersComeAndGo) {
  TestBin bin("max-publishers=0 isolate-errors=true");
  bin.play();
  const std::uint16_t port = bin.port();
  std::atomic<bool> done = false;
  std::vector<std::thread> publishers;
  for (int i = 0; i < 4; ++i) {
    publishers.emplace_back([&, i] {
      while (!done) come_and_go(port, "cam" + std::to_string(i), 3);
    });
  }
  for (int i = 0; i < 20; ++i) {
    bin.pause();
    ASSERT_EQ(bin.play(), GST_STATE_CHANGE_SUCCESS);
  }
  done = true;
  for (std::thread& publisher : publishers) publisher.join();
  EXPECT_TRUE(is_empty(bin));
  TcpPublisher last(port);
  ASSERT_EQ(last.publish("live", "last"), kStart);
  EXPECT_LT(bin.stop(), 1000 * kSlowness);
}

TEST(DynamicUse, StopsAndStartsWhilePublishersComeAndGo) {
  TestBin bin("max-publishers=0");
  std::atomic<std::uint16_t> port = 0;
  std::atomic<bool> done = false;
  std::vector<std::thread> publishers;
  for (int i = 0; i < 4; ++i) {
    publishers.emplace_back([&, i] {
      while (!done) come_and_go(port, "cam" + std::to_string(i), 3);
    });
  }
  for (int i = 0; i < 10; ++i) {
    bin.play();
    port = bin.port();
    come_and_go(port, "main", 3);
    EXPECT_LT(bin.stop(), 1000 * kSlowness);
    EXPECT_EQ(GST_BIN_NUMCHILDREN(bin.bin()), 0);
    EXPECT_EQ(GST_ELEMENT(bin.bin())->numpads, 0);
  }
  done = true;
  for (std::thread& publisher : publishers) publisher.join();
}

// A handler that takes the pipeline to NULL, which waits for that handler.
// GStreamer emits these signals in the thread that makes the elements of a publisher.
TEST(DynamicUse, AHandlerMaySetPropertiesWhileAPublisherIsTakenIn) {
  TestBin bin("max-publishers=0");
  const auto added = [](GstBin*, GstBin*, GstElement*, gpointer rtmp2serverbin) {
    g_object_set(rtmp2serverbin, "accepting", TRUE, "latency", 7, nullptr);
  };
  g_signal_connect(bin.pipeline(), "deep-element-added", G_CALLBACK(+added), bin.bin());
  bin.play();
  TcpPublisher publisher(bin.port());
  start_publisher(bin, publisher, "cam1", 0);
  GstElement* source = gst_bin_get_by_name(GST_BIN(bin.bin()), "source0");
  ASSERT_NE(source, nullptr);
  guint latency = 0;
  g_object_get(source, "latency", &latency, nullptr);
  gst_object_unref(source);
  EXPECT_EQ(latency, 7u);
}

TEST(DynamicUse, AHandlerMayStopThePipeline) {
  for (const char* signal : {"publisher-added", "publisher-removed"}) {
    TestBin bin("max-publishers=0");
    std::atomic<bool> stopped = false;
    struct Stop {
      TestBin* bin;
      std::atomic<bool>* stopped;
    } stop{&bin, &stopped};
    g_signal_connect(bin.bin(), signal, G_CALLBACK(+[](GstElement*, const GstStructure*, gpointer data) {
                       auto* with = static_cast<Stop*>(data);
                       with->bin->stop();
                       *with->stopped = true;
                     }),
                     &stop);
    bin.play();
    come_and_go(bin.port(), "cam1", 3);
    EXPECT_TRUE(eventually([&] { return stopped.load(); })) << signal;
  }
}

}  // namespace
}  // namespace rtmp::test
