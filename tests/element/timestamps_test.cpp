// SPDX-License-Identifier: LGPL-2.1-or-later
// Which times the buffers and the bytes of a stream have: those of a file, and those of a clock that jumps.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "element_stats.h"
#include "media_fixture.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"
#include "timed_frames.h"

namespace rtmp::test {
namespace {

using std::chrono::milliseconds;

constexpr const char* kStart = "NetStream.Publish.Start";

// A file that comes as fast as it can, or is held up, is no clock: its distances stay, in bytes and buffers.
TEST(Clock, AFileComesOutAsItWasSent) {
  for (const char* properties :
       {"timestamps=original", "timestamps=corrected", "timestamps=corrected max-queue-bytes=20000"}) {
    SCOPED_TRACE(properties);
    TestPipeline pipeline(properties);
    pipeline.play();
    const auto sent = made_up_stream(3'000, 100, 5'000);
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(publisher, sent));
    ASSERT_TRUE(publisher.unpublish());
    ASSERT_EQ(pipeline.wait(), "eos");
    const auto pushed = pipeline.pushed();
    ASSERT_EQ(pushed.size(), 1 + sent.size());
    for (std::size_t i = 3; i < sent.size(); ++i) {
      ASSERT_EQ(pushed[1 + i].timestamp(), sent[i].timestamp);
      ASSERT_EQ(pushed[1 + i].pts, sent[i].timestamp * GST_MSECOND);
      ASSERT_EQ(pushed[1 + i].dts, pushed[1 + i].pts);
    }
    EXPECT_EQ(number(stats_of(pipeline.src()).get(), "clock-corrections"), 0u);
  }
}

// It waits while the pipeline is paused, and goes on where it was.
TEST(Clock, AFileIsShownWholeThroughAPause) {
  TestPipeline pipeline(
      "max-queue-bytes=2000",
      "flvdemux name=d d.video ! fakesink name=sink sync=true qos=true max-lateness=250000000 "
      "signal-handoffs=true");
  Sink sink;
  sink.watch(pipeline.pipeline(), "sink", 0);
  pipeline.play();
  const auto frames = frames_of({.lasts = 5'000, .drops = [](bool video, int) { return !video; }});
  auto sent = made_up_stream(0);
  sent.pop_back();  // of audio
  for (std::size_t i = 0; i < frames.size(); ++i)
    sent.push_back(message_of(frames[i], static_cast<std::uint32_t>(i)));
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));  // the sockets have room
  publisher.close();
  ASSERT_TRUE(pipeline.wait_for_buffers(60));
  gst_element_set_state(pipeline.pipeline(), GST_STATE_PAUSED);
  std::this_thread::sleep_for(milliseconds(1'500));  // much more than a frame may be late
  pipeline.play();
  ASSERT_EQ(pipeline.wait(), "eos");
  std::size_t shown = 0;
  for (std::size_t i = 0; i < frames.size(); ++i)
    shown += sink.shown(static_cast<std::uint32_t>(i)).has_value();
  EXPECT_EQ(shown, frames.size());
  EXPECT_EQ(number(stats_of(pipeline.src()).get(), "clock-corrections"), 0u);
}

// One jump: the bytes have it or not, the buffers never, and it is counted.
TEST(Clock, AJumpIsInTheBytesUnlessTheyAreToBeCorrected) {
  constexpr std::uint32_t kAt = 40;  // of 60 frames, by when the publisher is known to be a clock
  constexpr std::uint32_t kJump = 3'600'000;
  for (const bool corrected : {false, true}) {
    SCOPED_TRACE(corrected);
    TestPipeline pipeline(corrected ? "timestamps=corrected" : "");
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    auto sent = made_up_stream(60, 100);
    const auto begin = std::chrono::steady_clock::now();
    for (Sent& message : sent) {
      std::this_thread::sleep_until(begin + milliseconds(message.timestamp));
      if (message.timestamp >= kAt * 100 / 3) message.timestamp += kJump;
      ASSERT_TRUE(send_all(publisher, {message}));
    }
    ASSERT_TRUE(publisher.unpublish());
    ASSERT_EQ(pipeline.wait(), "eos");
    const auto pushed = pipeline.pushed();
    ASSERT_EQ(pushed.size(), 1 + sent.size());
    for (std::size_t i = 3; i < sent.size(); ++i) {
      ASSERT_EQ(pushed[1 + i].timestamp(), corrected ? pushed[1 + i].pts / GST_MSECOND : sent[i].timestamp)
          << i;
      ASSERT_LT(pushed[1 + i].pts, 100 * GST_SECOND) << i;  // on a machine of any load
      if (i > 4) {
        ASSERT_GE(pushed[1 + i].pts, pushed[i - 1].pts) << i;  // of the same medium
      }
    }
    const auto stats = stats_of(pipeline.src());
    EXPECT_EQ(number(stats.get(), "clock-corrections"), 2u);  // of video, and of audio
    gint64 last = 0;
    EXPECT_TRUE(gst_structure_get_int64(stats.get(), "last-clock-correction", &last));
    EXPECT_LT(last, -gint64{kJump} + 100'000);
  }
}

TEST(Clock, TheTimestampsPropertyIsSetByItsNicks) {
  for (const char* nick : {"original", "corrected"}) {
    TestPipeline pipeline;
    gst_util_set_object_arg(G_OBJECT(pipeline.src()), "timestamps", nick);
    gint value = -1;
    g_object_get(pipeline.src(), "timestamps", &value, nullptr);
    EXPECT_EQ(nick_of(g_type_from_name("GstRtmp2ServerTimestamps"), value), nick);
  }
}

}  // namespace
}  // namespace rtmp::test
