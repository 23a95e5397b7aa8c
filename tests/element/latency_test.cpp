// SPDX-License-Identifier: LGPL-2.1-or-later
// What the element says of its latency, and that frames which arrive in bursts are shown in time with it.
#include <gtest/gtest.h>

#include <thread>

#include "element_stats.h"
#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

struct Latency {
  bool live = false;
  GstClockTime min = 0;
  GstClockTime max = 0;
};

Latency latency_of(GstElement* element) {
  GstQuery* query = gst_query_new_latency();
  EXPECT_TRUE(gst_element_query(element, query));
  gboolean live = FALSE;
  Latency latency;
  gst_query_parse_latency(query, &live, &latency.min, &latency.max);
  latency.live = live != FALSE;
  gst_query_unref(query);
  return latency;
}

TEST(Latency, IsThatOfTheProperty) {
  for (const guint ms : {200u, 0u, 1u, 3000u}) {
    TestPipeline pipeline(ms == 200 ? "" : "latency=" + std::to_string(ms));
    pipeline.play();
    const Latency latency = latency_of(pipeline.src());
    EXPECT_TRUE(latency.live);
    EXPECT_EQ(latency.min, ms * GST_MSECOND);
    EXPECT_EQ(latency.max, GST_CLOCK_TIME_NONE);
  }
}

TEST(Latency, AChangeInPlayingIsTold) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(1)));
  ASSERT_EQ(gst_element_get_state(pipeline.pipeline(), nullptr, nullptr, 20 * GST_SECOND),
            GST_STATE_CHANGE_SUCCESS);
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  gst_bus_set_flushing(bus, TRUE);
  gst_bus_set_flushing(bus, FALSE);
  g_object_set(pipeline.src(), "latency", 700u, nullptr);
  GstMessage* message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND, GST_MESSAGE_LATENCY);
  ASSERT_TRUE(message);
  EXPECT_EQ(GST_MESSAGE_SRC(message), GST_OBJECT(pipeline.src()));
  gst_message_unref(message);
  gst_object_unref(bus);
  EXPECT_EQ(latency_of(pipeline.src()).min, 700 * GST_MSECOND);
}

// A pipeline whose sink drops what comes more than 250 ms late: as much as a machine under load may be.
class Viewer {
 public:
  explicit Viewer(const std::string& properties)
      : pipeline_(properties,
                  "flvdemux name=d d.video ! queue ! fakesink name=sink sync=true qos=true "
                  "max-lateness=250000000") {
    pipeline_.play();
    publisher_ = std::make_unique<TcpPublisher>(pipeline_.port());
    EXPECT_EQ(publisher_->publish("live", "key"), kStart);
  }
  void send(const Sent& message) { EXPECT_TRUE(send_all(*publisher_, {message})); }

  struct Frames {
    std::uint64_t rendered;
    std::uint64_t dropped;
  };
  Frames finish() {
    publisher_->close();
    EXPECT_EQ(pipeline_.wait(), "eos");
    GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline_.pipeline()), "sink");
    const auto stats = stats_of(sink);
    gst_object_unref(sink);
    return {number(stats.get(), "rendered"), number(stats.get(), "dropped")};
  }

 private:
  TestPipeline pipeline_;
  std::unique_ptr<TcpPublisher> publisher_;
};

TEST(Latency, FramesThatComeInBurstsAreShownInTime) {
  Viewer viewer("latency=1000");
  Viewer hasty("latency=0");
  constexpr unsigned kBurst = 600;  // ms, of frames that were made since the last
  constexpr std::size_t kFrames = 90;
  auto due = std::chrono::steady_clock::now();
  unsigned burst_ends = 0;
  for (const Sent& message : made_up_stream(kFrames)) {
    if (message.type == MessageType::kAudio) continue;
    while (message.timestamp > burst_ends) {
      burst_ends += kBurst;
      std::this_thread::sleep_until(due += std::chrono::milliseconds(kBurst));
    }
    viewer.send(message);
    hasty.send(message);
  }
  const auto shown = viewer.finish();
  EXPECT_EQ(shown.rendered, kFrames);
  EXPECT_EQ(shown.dropped, 0u);
  const auto hastily = hasty.finish();
  EXPECT_EQ(hastily.rendered + hastily.dropped, kFrames);
  EXPECT_GT(hastily.dropped, kFrames / 10);
}

}  // namespace
}  // namespace rtmp::test
