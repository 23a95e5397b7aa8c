// SPDX-License-Identifier: LGPL-2.1-or-later
// One FLV stream from publisher after publisher.
#include <gtest/gtest.h>

#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr const char* kStart = "NetStream.Publish.Start";

// Publishes all of it and leaves; returns once it has come out.
void publish(TestPipeline& pipeline, const std::vector<Sent>& sent, std::size_t expected) {
  TcpPublisher publisher(pipeline.port());
  const std::size_t before = std::max<std::size_t>(pipeline.pushed().size(), 1);
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  if (expected > 0) {
    ASSERT_TRUE(pipeline.wait_for_buffers(before + expected));
  }
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
}

TEST(KeepListening, TenPublishersMakeOneStream) {
  for (const char* property : {"keep-listening=true", "loop=true"}) {
    TestPipeline pipeline(property);
    pipeline.play();
    constexpr std::size_t kPublishers = 10;
    const auto sent = made_up_stream(20);
    for (std::size_t i = 0; i < kPublishers; ++i) publish(pipeline, sent, sent.size());
    pipeline.send_eos();
    ASSERT_EQ(pipeline.wait(), "eos");

    const auto pushed = pipeline.pushed();
    ASSERT_EQ(pushed.size(), 1 + kPublishers * sent.size());
    EXPECT_EQ(pipeline.segments().size(), 1u);
    EXPECT_EQ(pushed[0].bytes, flv_file_header());
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < kPublishers * sent.size(); ++i) {
      SCOPED_TRACE(i);
      const auto& buffer = pushed[i + 1];
      ASSERT_EQ(buffer.body(), sent[i % sent.size()].body);
      ASSERT_GE(buffer.timestamp(), last);
      ASSERT_EQ(buffer.pts, buffer.timestamp() * GST_MSECOND);
      ASSERT_NE(buffer.offset, 0u);
      EXPECT_EQ((buffer.flags & GST_BUFFER_FLAG_DISCONT) != 0, i > 0 && i % sent.size() == 0);
      last = buffer.timestamp();
      // Within a publisher the distances are as it sent them.
      const std::size_t first = i / sent.size() * sent.size();
      if (i >= first + 3) {
        EXPECT_EQ(buffer.timestamp() - pushed[first + 4].timestamp(), sent[i - first].timestamp);
      }
    }
  }
}

TEST(KeepListening, TimeGoesOnAsItHasPassed) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  const auto sent = made_up_stream(3);
  publish(pipeline, sent, sent.size());
  const GstClockTime first = gst_element_get_current_running_time(pipeline.pipeline());
  ASSERT_TRUE(pipeline.wait_for_gaps(2));  // a second, about
  const GstClockTime before = gst_element_get_current_running_time(pipeline.pipeline());
  ASSERT_GT(before, first);
  publish(pipeline, sent, sent.size());
  const GstClockTime after = gst_element_get_current_running_time(pipeline.pipeline());
  const auto segment = pipeline.segments().at(0);
  const GstClockTime frame =
      gst_segment_to_running_time(&segment, GST_FORMAT_TIME, pipeline.pushed()[1 + sent.size() + 3].pts);
  EXPECT_GE(frame + GST_MSECOND, before);
  EXPECT_LE(frame, after + GST_MSECOND);  // FLV counts in ms, and no two publishers share one
}

// Nothing more can come of the time when nobody published. What a publisher in place has sent may be on its
// way, for as long as the latency allows for.
TEST(KeepListening, GapsFollowTheClockWhileAPublisherIsSilentAndLeaveRoomForTheLatency) {
  for (const char* properties : {"keep-listening=true latency=300", "keep-listening=false latency=300"}) {
    TestPipeline pipeline(properties);
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    const auto sent = made_up_stream(3);
    ASSERT_TRUE(send_all(publisher, sent));
    ASSERT_TRUE(pipeline.wait_for_gaps(3)) << properties;
    const auto segment = pipeline.segments().at(0);
    const auto gaps = pipeline.gaps();
    GstClockTime end = sent.back().timestamp * GST_MSECOND;
    for (const auto& gap : gaps) {
      EXPECT_EQ(gap.start, end);
      end = gap.start + gap.duration;
      EXPECT_LE(gst_segment_to_running_time(&segment, GST_FORMAT_TIME, end) + 300 * GST_MSECOND,
                gap.running_time);
    }
    EXPECT_GE(end, 600 * GST_MSECOND);
    // What comes now of that time is pushed as it was sent.
    Sent frame = sent.back();
    frame.timestamp = 100;
    ASSERT_TRUE(send_all(publisher, {frame}));
    ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size() + 1));
    EXPECT_EQ(pipeline.pushed().back().bytes, frame.tag());
  }
}

TEST(KeepListening, ALaterPublisherBeginsWithItsKeyFrame) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  const auto sent = made_up_stream(35);
  publish(pipeline, sent, sent.size());
  // Its headers, then the middle of a group of pictures up to the next key frame, frame 30.
  std::vector<Sent> middle(sent.begin(), sent.begin() + 3);
  middle.insert(middle.end(), sent.begin() + 3 + 2 * 10, sent.end());
  const std::size_t passed_over = 2 * 20;
  publish(pipeline, middle, middle.size() - passed_over);
  const auto pushed = pipeline.pushed();
  ASSERT_EQ(pushed.size(), 1 + sent.size() + middle.size() - passed_over);
  EXPECT_EQ(pushed[1 + sent.size() + 3].body(), sent[3 + 2 * 30].body);
}

TEST(KeepListening, ALaterPublisherOfAudioAloneBeginsAtOnce) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  const auto sent = made_up_stream(5);
  publish(pipeline, sent, sent.size());
  std::vector<Sent> audio;
  for (const Sent& message : sent)
    if (message.type == MessageType::kAudio) audio.push_back(message);
  publish(pipeline, audio, audio.size());
  EXPECT_EQ(pipeline.pushed().size(), 1 + sent.size() + audio.size());
}

TEST(KeepListening, NoPublishersEndOfSequenceEndsTheStreamInFlvdemux) {
  TestPipeline pipeline("keep-listening=true",
                        "flvdemux name=d d.video ! fakesink sync=false async=false "
                        "d.audio ! fakesink sync=false async=false");
  pipeline.play();
  auto sent = made_up_stream(10);
  const std::size_t kept = sent.size();
  sent.push_back({MessageType::kVideo, 400, "\x17\x02\0\0\0"s});
  for (int i = 0; i < 5; ++i) publish(pipeline, sent, kept);
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(pipeline.pushed().size(), 1 + 5 * kept);
}

TEST(KeepListening, EndsWithNothingWhenNobodyCame) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes().empty());
}

TEST(KeepListening, APublisherThatLeftWithoutAFrameLeavesNothing) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  const auto sent = made_up_stream(5);
  publish(pipeline, {sent.begin(), sent.begin() + 3}, 0);
  publish(pipeline, sent, sent.size());
  EXPECT_EQ(pipeline.bytes(), flv_file(sent));
}

}  // namespace
}  // namespace rtmp::test
