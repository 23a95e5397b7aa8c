// SPDX-License-Identifier: LGPL-2.1-or-later
// What the buffers of a publisher say that goes on past the end of its 32-bit clock.
#include <gtest/gtest.h>

#include <string>

#include "long_stream.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr std::uint64_t kMinute = 60'000;  // ms
constexpr std::uint64_t kWrap = std::uint64_t{1} << 32;
constexpr std::size_t kChunkSize = 128;

Result<void> send(TcpPublisher& publisher, const LongStreamSpec& spec, const Encoder& encoder) {
  EncoderChunks chunks(encoder, kChunkSize);
  LongStream stream(spec);
  while (!stream.at_end()) {
    ByteWriter out;
    for (int i = 0; i < 1000 && !stream.at_end(); ++i) {
      const LongStream::Frame frame = stream.next();
      chunks.write(out, frame.type, static_cast<std::uint32_t>(frame.time), frame.body);
    }
    if (auto sent = publisher.send_raw(out.bytes()); !sent) return sent;
  }
  return {};
}

/// A buffer for each frame, in order, with its time to the millisecond, in one segment.
void expect_exact(const LongStreamSpec& spec, const Encoder& encoder) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send(publisher, spec, encoder));
  ASSERT_TRUE(publisher.unpublish());
  ASSERT_EQ(pipeline.wait(), "eos");

  const auto segments = pipeline.segments();
  ASSERT_EQ(segments.size(), 1u);
  const auto pushed = pipeline.pushed();
  LongStream expected(spec);
  // A clock that begins in FLV's negative half is moved to 0.
  const std::uint64_t moved = (spec.start & 0x80000000) != 0 ? spec.start : 0;
  for (std::size_t i = 1; i < pushed.size(); ++i) {
    ASSERT_FALSE(expected.at_end());
    const LongStream::Frame frame = expected.next();
    const std::uint64_t time = frame.time - moved;
    const auto& buffer = pushed[i];
    const bool right = buffer.bytes[0] == static_cast<char>(frame.type) &&
                       buffer.bytes.size() == frame.body.size() + 15 &&
                       buffer.timestamp() == static_cast<std::uint32_t>(time) &&
                       buffer.pts == time * GST_MSECOND && buffer.dts == buffer.pts &&
                       gst_segment_to_running_time(&segments[0], GST_FORMAT_TIME, buffer.pts) ==
                           segments[0].base + (frame.time - spec.start) * GST_MSECOND;
    ASSERT_TRUE(right) << "buffer " << i << " at " << buffer.pts / GST_MSECOND << " ms, FLV "
                       << buffer.timestamp() << ", in place of " << time;
  }
  EXPECT_TRUE(expected.at_end());
}

TEST(LongRun, HasTheTimeOfEachFrameThroughTheHourInWhichTheClockWraps) {
  const std::uint64_t half = kSanitized ? 3 * kMinute : 30 * kMinute;
  expect_exact({{1000, 25}, {1024 * 1000, 44'100}, kWrap - half, kWrap + half, 400}, kFfmpeg);
}

// 50 days in 3600 steps, and as many again. From 0 the FLV timestamps wrap, which are no wider; the buffers'
// do not.
TEST(LongRun, HasTheTimeOfEachFrameFor100Days) {
  const FrameRate steps{kWrap / 3600, 1};
  for (const std::uint64_t start : {std::uint64_t{0}, std::uint64_t{0x7FFFFFFF}, std::uint64_t{0x90000000}}) {
    for (const int ahead : {-400, 400}) {
      SCOPED_TRACE(std::to_string(start) + ", " + std::to_string(ahead));
      expect_exact({steps, steps, start, 2 * kWrap, ahead}, kObs);
    }
  }
}

}  // namespace
}  // namespace rtmp::test
