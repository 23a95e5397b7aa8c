// SPDX-License-Identifier: LGPL-2.1-or-later
// A publisher's clock, and the pipeline's.
#include <gtest/gtest.h>

#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

// The first frame's place in running time, through the segment that was pushed.
GstClockTime first_frame_running_time(const TestPipeline& pipeline, std::size_t headers) {
  const auto segments = pipeline.segments();
  EXPECT_EQ(segments.size(), 1u);
  EXPECT_EQ(segments[0].format, GST_FORMAT_TIME);
  return gst_segment_to_running_time(&segments[0], GST_FORMAT_TIME, pipeline.pushed()[1 + headers].pts);
}

class FirstTimestamp : public testing::TestWithParam<std::uint32_t> {};

TEST_P(FirstTimestamp, GetsTheRunningTimeAtWhichItsFrameArrived) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(2, 100, GetParam());
  const std::size_t headers = 3;
  ASSERT_TRUE(send_all(publisher, {sent.begin(), sent.begin() + headers}));
  const GstClockTime before = gst_element_get_current_running_time(pipeline.pipeline());
  ASSERT_TRUE(send_all(publisher, {sent.begin() + headers, sent.end()}));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  const GstClockTime after = gst_element_get_current_running_time(pipeline.pipeline());

  const GstClockTime frame = first_frame_running_time(pipeline, headers);
  EXPECT_GE(frame, before);
  EXPECT_LE(frame, after);
  // Nothing lies before the segment, where a sink would drop it; and the bytes are as they were sent.
  for (std::size_t i = 1; i < pipeline.pushed().size(); ++i) {
    EXPECT_GE(pipeline.pushed()[i].pts, pipeline.segments()[0].start);
  }
  if (GetParam() <= 0x7FFFFFFF) {
    EXPECT_EQ(pipeline.bytes(), flv_file(sent));
  }
}

INSTANTIATE_TEST_SUITE_P(All, FirstTimestamp,
                         testing::Values(0u, 40u, 3'600'000u, 17'000'000u, 0x7FFFFFFFu, 0xFFFFFFE0u));

// As GStreamer 1.28 does it at a flush: elements get the pipeline's new base time only when all sinks have a
// frame again, which therefore has to be of the new time.
TEST(Timing, TheFirstFrameOfATimeThatBeginsAnewIsOfThePipelinesTime) {
  TestPipeline pipeline("", "fakesink sync=false async=false");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const GstClockTime base = gst_element_get_base_time(pipeline.pipeline());
  for (GstElement* element : {pipeline.pipeline(), pipeline.src()})
    gst_element_set_base_time(element, base - 10 * GST_SECOND);
  const auto before = made_up_stream(5);
  ASSERT_TRUE(send_all(publisher, before));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + before.size()));
  EXPECT_GE(pipeline.segments().back().base, 10 * GST_SECOND);

  gst_element_set_base_time(pipeline.pipeline(), base);
  gst_element_send_event(pipeline.src(), gst_event_new_flush_start());
  gst_element_send_event(pipeline.src(), gst_event_new_flush_stop(FALSE));
  pipeline.forget_pushed();
  const auto after = made_up_stream(5, 100, 1'000);
  ASSERT_TRUE(send_all(publisher, after));
  ASSERT_TRUE(pipeline.wait_for_buffers(after.size()));
  EXPECT_LE(pipeline.segments().back().base, gst_element_get_current_running_time(pipeline.pipeline()));
}

TEST(Timing, AClockThatWrapsGoesOnFromZero) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30, 100, 0xFFFFFFE0u);
  ASSERT_TRUE(send_all(publisher, sent));
  publisher.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  auto expected = sent;
  for (Sent& message : expected) message.timestamp -= message.timestamp == 0 ? 0u : 0xFFFFFFE0u;
  const auto pushed = pipeline.pushed();
  for (std::size_t i = 3; i < expected.size(); ++i) EXPECT_EQ(pushed[i + 1].bytes, expected[i].tag()) << i;
}

TEST(Timing, ALatePublishersFramesAreAllRenderedThroughFlvdemux) {
  TestPipeline pipeline("",
                        "flvdemux name=d d.video ! queue ! fakesink name=sink sync=true qos=true "
                        "max-lateness=1000000000");
  pipeline.play();
  // A frame may be late by a second, for a machine under load, and would be by three with a base of 0. The
  // pipeline has been running for a while when the publisher comes: time passes only by its clock.
  GstClock* clock = gst_element_get_clock(pipeline.pipeline());
  GstClockID late = gst_clock_new_single_shot_id(clock, gst_clock_get_time(clock) + 3 * GST_SECOND);
  gst_clock_id_wait(late, nullptr);

  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const GstClockTime begin = gst_clock_get_time(clock);
  for (const Sent& message : made_up_stream(30)) {
    GstClockID due = gst_clock_new_single_shot_id(clock, begin + message.timestamp * GST_MSECOND);
    gst_clock_id_wait(due, nullptr);
    gst_clock_id_unref(due);
    if (message.type == MessageType::kAudio) continue;
    ASSERT_TRUE(send_all(publisher, {message}));
  }
  publisher.close();
  EXPECT_EQ(pipeline.wait(), "eos");
  gst_clock_id_unref(late);
  gst_object_unref(clock);

  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "sink");
  GstStructure* stats = nullptr;
  g_object_get(sink, "stats", &stats, nullptr);
  guint64 rendered = 0;
  guint64 dropped = 0;
  gst_structure_get(stats, "rendered", G_TYPE_UINT64, &rendered, "dropped", G_TYPE_UINT64, &dropped, nullptr);
  EXPECT_EQ(rendered, 30u);
  EXPECT_EQ(dropped, 0u);
  gst_structure_free(stats);
  gst_object_unref(sink);
}

}  // namespace
}  // namespace rtmp::test
