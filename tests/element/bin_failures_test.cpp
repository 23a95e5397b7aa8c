// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp2serverbin where what is behind the pads of one of several publishers fails, or stops.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "flv_tags.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

// The pads of publisher 0 are linked to what fails.
std::string failing(const std::string& pad) {
  return pad == "video_0_0" ? "identity name=fails error-after=3 ! fakesink sync=false async=false"
                            : TestBin::fakesink(pad);
}

// What the bus says of errors, until there is such a message.
Told told_of(TestBin& bin, GstMessageType type) {
  GstBus* bus = gst_element_get_bus(bin.pipeline());
  GstMessage* message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND, type);
  gst_object_unref(bus);
  if (!message) return {GST_MESSAGE_UNKNOWN, "nobody", "nothing"};
  Told told{GST_MESSAGE_TYPE(message), GST_MESSAGE_SRC_NAME(message), ""};
  gst_message_unref(message);
  return told;
}

TEST(Failures, AFlowErrorIsTheBinsWhereNobodySaysOtherwise) {
  TestBin bin("max-publishers=0", failing);
  bin.play();
  TcpPublisher one(bin.port());
  ASSERT_EQ(one.publish("live", "cam1"), kStart);
  (void)send_all(one, avc_and_aac(10));
  ASSERT_EQ(told_of(bin, GST_MESSAGE_ERROR).who, "fails");
  EXPECT_EQ(told_of(bin, GST_MESSAGE_ERROR).who, "source0");
}

TEST(Failures, AFlowErrorEndsItsPublisherAloneWhereTheApplicationSaysSo) {
  // Pads that nobody takes, and an element that fails, whose own error is the application's.
  const TestBin::Branch branches[] = {
      [](const std::string& pad) { return pad.ends_with("_0_0") ? "" : TestBin::fakesink(pad); }, failing};
  for (const auto& branch : branches) {
    TestBin bin("max-publishers=0 isolate-errors=true", branch);
    bin.play();
    TcpPublisher one(bin.port());
    ASSERT_EQ(one.publish("live", "cam1"), kStart);
    (void)send_all(one, avc_and_aac(10));
    EXPECT_EQ(told_of(bin, GST_MESSAGE_WARNING).who, "bin");
    EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 stopped"));
    EXPECT_EQ(std::ranges::count(bin.story(), "eos video_0_0"), 1);
    TcpPublisher two(bin.port());
    start_publisher(bin, two, "cam1", 1);
    GstBus* bus = gst_element_get_bus(bin.pipeline());
    while (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
      EXPECT_STREQ(GST_MESSAGE_SRC_NAME(message), "fails");
      gst_message_unref(message);
    }
    gst_object_unref(bus);
  }
}

// Of publisher 0, what is behind a pad stops, as it does where an application takes it away.
void stop_what_is_behind(TestBin& bin, const char* pad) {
  GstPad* ghost = gst_element_get_static_pad(bin.bin(), pad);
  GstPad* peer = gst_pad_get_peer(ghost);
  GstElement* sink = gst_pad_get_parent_element(peer);
  gst_element_set_locked_state(sink, TRUE);
  gst_element_set_state(sink, GST_STATE_NULL);
  for (gpointer object : {gpointer{ghost}, gpointer{peer}, gpointer{sink}}) gst_object_unref(object);
}

TEST(Failures, WhatIsBehindAPadMayStopAtAnyTime) {
  TestBin bin("max-publishers=0 isolate-errors=true");
  bin.play();
  TcpPublisher one(bin.port());
  start_publisher(bin, one, "cam1", 0);
  stop_what_is_behind(bin, "video_0_0");
  ASSERT_TRUE(send_all(one, avc_and_aac(5, 200)));
  EXPECT_TRUE(bin.wait_for_frames("audio_0_0", 10));
  stop_what_is_behind(bin, "audio_0_0");
  (void)send_all(one, avc_and_aac(5, 400));
  EXPECT_EQ(told_of(bin, GST_MESSAGE_WARNING).who, "bin");
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 stopped"));
  TcpPublisher two(bin.port());
  start_publisher(bin, two, "cam1", 1);
  GstBus* bus = gst_element_get_bus(bin.pipeline());
  EXPECT_EQ(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR), nullptr);
  gst_object_unref(bus);
}

// Sinks stop first. Here a push waits in the sink at that moment, since its frame is due two seconds later.
// All pads are known after a second.
TEST(Failures, AStopOfThePipelineIsNoError) {
  TestBin bin("max-publishers=0 isolate-errors=true",
              [](const std::string&) { return "fakesink sync=true async=false"; });
  bin.play();
  TcpPublisher one(bin.port());
  ASSERT_EQ(one.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(one, {avc_header(), avc_frame(0, true, "a"), avc_frame(2000, true, "waits")}));
  ASSERT_TRUE(bin.wait_for_frames("video_0_0", 2));
  std::atomic<int> errors = 0;
  const auto count = [](GstBus*, GstMessage* message, gpointer counter) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR || GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
      ++*static_cast<std::atomic<int>*>(counter);
    return GST_BUS_PASS;
  };
  GstBus* bus = gst_element_get_bus(bin.pipeline());
  gst_bus_set_sync_handler(bus, count, &errors, nullptr);
  bin.stop();
  gst_bus_set_sync_handler(bus, nullptr, nullptr, nullptr);
  gst_object_unref(bus);
  EXPECT_EQ(errors, 0);
}

}  // namespace
}  // namespace rtmp::test
