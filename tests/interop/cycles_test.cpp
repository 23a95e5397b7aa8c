// SPDX-License-Identifier: LGPL-2.1-or-later
// What a thousand publishers leave behind in the process: nothing.
#include <gtest/gtest.h>

#include "clients.h"
#include "held.h"
#include "media_fixture.h"
#include "process.h"
#include "real_media.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
// With a preroll to wait for, GStreamer leaves a thread of a pool behind for 15 seconds.
constexpr const char* kSink = "fakesink sync=false async=false";
// What may differ in the heap by chance, caches of threads above all. A hundred bytes for each publisher
// would be more.
constexpr std::size_t kHeapTolerance = 64 << 10;

// Waits for the message of a publisher's end, and takes those before it, as an application does.
bool wait_for_end(TestPipeline& pipeline) {
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  bool ended = false;
  while (!ended) {
    GstMessage* message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND, GST_MESSAGE_ANY);
    if (!message) break;
    ended = gst_message_has_name(message, "rtmp2-publish-ended");
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  return ended;
}

// One publisher that comes, sends and goes, in one of four ways.
void cycle(TestPipeline& pipeline, std::size_t number, const std::vector<Sent>& sent) {
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(sent.size()));
  switch (number % 4) {
    case 0:
      publisher.close();
      break;
    case 1:
      publisher.reset();
      break;
    case 2:
      ASSERT_TRUE(publisher.unpublish());
      break;
    default:  // in the middle of a message of 64 KiB: type 9, message stream 1
      ASSERT_TRUE(publisher.send_raw(std::vector<std::uint8_t>{0x06, 0, 0, 0, 1, 0, 0, 9, 1, 0, 0, 0, 0x17}));
      publisher.reset();
  }
  ASSERT_TRUE(wait_for_end(pipeline));
  pipeline.forget_pushed();
}

TEST(Cycles, AThousandPublishersLeaveNothingBehind) {
  TestPipeline pipeline("keep-listening=true", kSink);
  pipeline.play();
  const Held idle = with_one_stranger(pipeline.port());
  const auto sent = made_up_stream(5);
  const auto publish = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      ASSERT_NO_FATAL_FAILURE(cycle(pipeline, i, sent)) << "cycle " << i;
  };
  ASSERT_NO_FATAL_FAILURE(publish(0, 10));
  const Held after_ten = with_one_stranger(pipeline.port(), idle);
  ASSERT_NO_FATAL_FAILURE(publish(10, 1000));
  const Held after_a_thousand = with_one_stranger(pipeline.port(), idle);
  EXPECT_TRUE(after_ten.as_many_as(idle)) << after_ten << ", idle " << idle;
  EXPECT_TRUE(after_a_thousand.as_many_as(idle)) << after_a_thousand << ", idle " << idle;
  EXPECT_LE(after_a_thousand.heap, after_ten.heap + kHeapTolerance);
}

TEST(Cycles, KilledFfmpegsLeaveNothingBehind) {
  const std::string media = real_media(10);
  TestPipeline pipeline("keep-listening=true", kSink);
  pipeline.play();
  const Held idle = with_one_stranger(pipeline.port());
  for (std::size_t i = 0; i < 24; ++i) {
    Process ffmpeg(ffmpeg_publish(media, local_url(pipeline.port()), true));
    ASSERT_TRUE(pipeline.wait_for_buffers_of(i + 1, 10)) << "cycle " << i;
    ffmpeg.kill();
    ffmpeg.wait();
    ASSERT_TRUE(wait_for_end(pipeline));
  }
  const Held after = with_one_stranger(pipeline.port(), idle);
  EXPECT_TRUE(after.as_many_as(idle)) << after << ", idle " << idle;
}

}  // namespace
}  // namespace rtmp::test
