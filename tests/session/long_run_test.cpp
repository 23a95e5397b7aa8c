// SPDX-License-Identifier: LGPL-2.1-or-later
// Sessions of days, as fast as they can be read.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

#include "dialogue.h"
#include "endian.h"
#include "generated_stream.h"
#include "long_stream.h"
#include "null_logger.h"
#include "rtmp/timeline.h"
#include "slowness.h"

namespace rtmp::test {
namespace {

constexpr std::uint64_t kSecond = 1000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kExtended = 0xFFFFFF;  // ms: 4 h 39 min
constexpr std::uint64_t kWrap = std::uint64_t{1} << 32;
constexpr FrameRate k30Fps{1000, 30};
constexpr FrameRate k25Fps{1000, 25};
constexpr FrameRate kAac48000{1024 * 1000, 48'000};
constexpr FrameRate kAac44100{1024 * 1000, 44'100};

constexpr std::uint32_t kChunkSize = 128;

/// The publisher of a LongStream: its dialogue, and then its messages.
class LongPublisher {
 public:
  LongPublisher(const LongStreamSpec& spec, const Encoder& encoder)
      : dialogue_(publishing().bytes()), stream_(spec), chunks_(encoder, kChunkSize) {}

  /// See GeneratedStream.
  std::span<const std::uint8_t> operator()() {
    if (!std::exchange(begun_, true)) return dialogue_;
    constexpr int kAtOnce = 256;
    ByteWriter out;
    for (int i = 0; i < kAtOnce && !stream_.at_end(); ++i) {
      const LongStream::Frame frame = stream_.next();
      chunks_.write(out, frame.type, static_cast<std::uint32_t>(frame.time), frame.body);
    }
    bytes_ = out.take();
    return bytes_;
  }

 private:
  Bytes dialogue_;
  LongStream stream_;
  EncoderChunks chunks_;
  bool begun_ = false;
  Bytes bytes_;
};

/// Accepts whoever publishes.
class Accepting : public SessionHandler {
 public:
  ConnectAnswer answer_connect(const PublishRequest&, std::string_view) override {
    return {ConnectAnswer::Kind::kAccepted};
  }
  PublishAnswer answer_publish(const PublishRequest&) override { return PublishAnswer::kAccepted; }
  void tag(Tag&&) override { ++tags; }
  void publish_ended(EndReason) override {}

  std::uint64_t tags = 0;
};

/// Compares the tags, on their way through a Timeline, with the stream that was sent.
class Comparing final : public Accepting {
 public:
  Comparing(const LongStreamSpec& spec) : expected_(spec), timeline_(static_cast<std::uint32_t>(spec.start)) {
    // FLV's negative half is moved to 0, see Timeline.
    if ((spec.start & 0x80000000) != 0) moved_ = spec.start;
  }

  void tag(Tag&& tag) override {
    ++tags;
    if (!wrong.empty()) return;
    const LongStream::Frame frame = expected_.next();
    const std::uint64_t time = timeline_.map(tag.timestamp());
    if (static_cast<int>(tag.type()) == static_cast<int>(frame.type) && time == frame.time - moved_ &&
        tag.body().size() == frame.body.size() &&
        std::memcmp(tag.body().data(), frame.body.data(), frame.body.size()) == 0)
      return;
    wrong = "tag " + std::to_string(tags) + " of type " + std::to_string(static_cast<int>(tag.type())) +
            " at " + std::to_string(time) + " ms in place of " +
            std::to_string(static_cast<int>(frame.type)) + " at " + std::to_string(frame.time - moved_);
  }
  [[nodiscard]] bool got_all() const { return expected_.at_end(); }

  std::string wrong;

 private:
  LongStream expected_;
  Timeline timeline_;
  std::uint64_t moved_ = 0;
};

/// Every frame comes out, in its order, at the millisecond at which it was sent: so audio and video are as
/// far from each other at the end as they were at the start.
void expect_exact(const LongStreamSpec& spec, const Encoder& encoder) {
  SCOPED_TRACE(encoder.name);
  GeneratedStream stream(LongPublisher(spec, encoder));
  Comparing tags(spec);
  const Error end = Session(stream, tags, {.host = "192.0.2.1", .port = 49152}, null_logger()).run();
  EXPECT_EQ(end.code, ErrorCode::kEndOfStream) << end.detail;
  EXPECT_EQ(tags.wrong, "");
  EXPECT_TRUE(tags.got_all()) << tags.tags << " tags";
}

std::string name_of(const testing::TestParamInfo<Encoder>& info) { return info.param.name; }

class LongRun : public testing::TestWithParam<Encoder> {};
INSTANTIATE_TEST_SUITE_P(All, LongRun, testing::Values(kFfmpeg, kObs, kLibrtmp, kFullHeaders), name_of);

// 3.6 million messages; under a sanitizer the minutes in which the clock passes what 24 bits hold.
TEST_P(LongRun, KeepsAudioAndVideoTogetherFor13Hours) {
  LongStreamSpec spec{.video = k30Fps, .audio = kAac48000, .start = 0, .end = 13 * kHour};
  if (kSanitized) spec.start = kExtended - kMinute, spec.end = kExtended + kMinute;
  expect_exact(spec, GetParam());
}

class AnyEncoder : public testing::TestWithParam<Encoder> {};
INSTANTIATE_TEST_SUITE_P(All, AnyEncoder,
                         testing::Values(kFfmpeg, kObs, kLibrtmp, kRtmp2sink, kFullHeaders,
                                         kFullHeadersLibrtmp, kFullHeadersMediaMtx),
                         name_of);

TEST_P(AnyEncoder, CountsOnWhereExtendedTimestampsBegin) {
  expect_exact({k30Fps, kAac48000, kExtended - 5 * kMinute, kExtended + 5 * kMinute}, GetParam());
}

TEST_P(AnyEncoder, CountsOnThroughTheHourInWhichTheClockWraps) {
  const std::uint64_t half = kSanitized ? 5 * kMinute : 30 * kMinute;
  for (const int ahead : {-400, 400}) {
    SCOPED_TRACE(ahead);
    expect_exact({k25Fps, kAac44100, kWrap - half, kWrap + half, ahead}, GetParam());
  }
}

// A clock that runs from 0, or from anywhere, to its wrap, and through a second one. The longer steps need
// extended timestamps as deltas, too.
TEST_P(AnyEncoder, CountsOnThrough100DaysInLongSteps) {
  for (const std::uint64_t step : {kWrap / 3600, std::uint64_t{20'000'000}, std::uint64_t{0x40000001}}) {
    for (const std::uint64_t start :
         {std::uint64_t{0}, std::uint64_t{3'600'000}, std::uint64_t{0x90000000}}) {
      for (const int ahead : {-5000, 5000}) {
        SCOPED_TRACE(std::to_string(step) + " ms from " + std::to_string(start));
        expect_exact({{step, 1}, {step, 1}, start, 2 * kWrap + 10 * step, ahead}, GetParam());
      }
    }
  }
}

/// The numbers that were acknowledged, each compared with what had been read.
void check_acknowledgements(const GeneratedStream& stream, std::uint32_t window) {
  std::uint64_t last = 0;
  std::size_t count = 0;
  for (const auto& [bytes, delivered] : stream.written()) {
    // 02 000000 000004 03 00000000 nnnnnnnn
    if (bytes.size() != 16 || bytes[7] != 3) continue;
    ASSERT_EQ(load_be32(&bytes[12]), static_cast<std::uint32_t>(delivered));
    ASSERT_LE(delivered - last, window);
    last = delivered;
    ++count;
  }
  EXPECT_LE(stream.delivered() - last, window);
  EXPECT_GT(count, kWrap / window);
}

class Window : public testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(All, Window, testing::Values(1'000'000, 2'500'000));

TEST_P(Window, IsKeptBeyond4GiB) {
  constexpr std::uint64_t kTotal = kWrap + (100 << 20);
  constexpr std::uint32_t kMessage = kSanitized ? 100'000 : 4 << 20;
  ByteWriter window;
  window.be32(GetParam());
  Script script = publishing().chunk_size(kMessage);
  script.message(MessageType::kWindowAckSize, window.take());
  Script video;
  video.chunk({0, 6, 40, kMessage, MessageType::kVideo, 1}, Bytes(kMessage, 0x27));

  std::uint64_t made = 0;
  GeneratedStream stream([&]() -> std::span<const std::uint8_t> {
    const Bytes& next = made == 0 ? script.bytes() : video.bytes();
    if (made >= kTotal) return {};
    made += next.size();
    return next;
  });
  Accepting tags;
  const Error end = Session(stream, tags, {.host = "192.0.2.1", .port = 49152}, null_logger()).run();
  EXPECT_EQ(end.code, ErrorCode::kEndOfStream) << end.detail;
  EXPECT_EQ(stream.delivered(), made);
  EXPECT_EQ(tags.tags, (made - script.size()) / video.size());
  check_acknowledgements(stream, GetParam());
}

}  // namespace
}  // namespace rtmp::test
