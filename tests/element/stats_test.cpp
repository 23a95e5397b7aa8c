// SPDX-License-Identifier: LGPL-2.1-or-later
// The stats property, against what publishers really sent.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <thread>

#include "element_stats.h"
#include "eventually.h"
#include "media_fixture.h"
#include "process.h"
#include "real_media.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr const char* kStart = "NetStream.Publish.Start";

std::uint64_t number_of(const TestPipeline& pipeline, const char* field) {
  return number(stats_of(pipeline.src()).get(), field);
}

bool has(const GstStructure* stats, const char* field) { return gst_structure_has_field(stats, field); }

gint64 time_in(const GstStructure* stats, const char* field) {
  gint64 value = -1;
  EXPECT_TRUE(gst_structure_get_int64(stats, field, &value)) << field;
  return value;
}

struct Total {
  std::uint64_t tags = 0;
  std::uint64_t bytes = 0;
};

Total total(const std::vector<Sent>& sent, MessageType type) {
  Total sum;
  for (const Sent& message : sent) {
    if (message.type != type) continue;
    ++sum.tags;
    sum.bytes += message.tag().size();
  }
  return sum;
}

void expect_kind(const GstStructure* stats, const std::string& kind, const Total& expected) {
  EXPECT_EQ(number(stats, (kind + "-tags").c_str()), expected.tags);
  EXPECT_EQ(number(stats, (kind + "-bytes").c_str()), expected.bytes);
}

const Sent kEmptyVideo{MessageType::kVideo, 0, ""};
const Sent kOneByteAudio{MessageType::kAudio, 0, "\xAF"};
const Sent kNoScriptData{MessageType::kData, 0, "\x05"};
const Sent kEndOfSequence{MessageType::kVideo, 9000, "\x17\x02\0\0\0"s};

TEST(Stats, BeforeTheFirstPublisherAreNothingAndOfNobody) {
  TestPipeline pipeline;
  for (const bool playing : {false, true}) {
    if (playing) pipeline.play();
    const auto stats = stats_of(pipeline.src());
    EXPECT_EQ(number(stats.get(), "accepted"), 0u);
    EXPECT_EQ(number(stats.get(), "rejected"), 0u);
    EXPECT_FALSE(flag(stats.get(), "publishing"));
    EXPECT_EQ(number(stats.get(), "queue-bytes"), 0u);
    EXPECT_EQ(number(stats.get(), "queue-tags"), 0u);
    EXPECT_FALSE(has(stats.get(), "address"));
    EXPECT_FALSE(has(stats.get(), "video-tags"));
  }
}

TEST(Stats, CountWhatWasSent) {
  TestPipeline pipeline;
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  const gint64 before = g_get_real_time();
  ASSERT_EQ(publisher.publish("live", "key?token=1", {{"flashVer", AmfValue::string("Encoder 1.0")}}),
            kStart);
  auto sent = made_up_stream(65);
  sent.insert(sent.begin(), metadata({{"width", AmfValue::number(640)},
                                      {"height", AmfValue::number(360)},
                                      {"framerate", AmfValue::number(29.97)}}));
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));

  auto stats = stats_of(pipeline.src());
  EXPECT_TRUE(flag(stats.get(), "publishing"));
  EXPECT_EQ(number(stats.get(), "accepted"), 1u);
  auto* address = G_SOCKET_ADDRESS(g_value_get_object(gst_structure_get_value(stats.get(), "address")));
  EXPECT_EQ(to_text(address), log.addresses().at(0));
  gint port = 0;
  EXPECT_TRUE(gst_structure_get_int(stats.get(), "port", &port));
  EXPECT_EQ(to_text(address), text(stats.get(), "host") + ":" + std::to_string(port));
  EXPECT_EQ(text(stats.get(), "application"), "live");
  EXPECT_EQ(text(stats.get(), "stream-key"), "key");
  EXPECT_EQ(text(stats.get(), "encoder"), "Encoder 1.0");
  EXPECT_EQ(text(stats.get(), "video-codec"), "H.264");
  EXPECT_EQ(text(stats.get(), "audio-codec"), "AAC");
  EXPECT_EQ(small_number(stats.get(), "width"), 640u);
  EXPECT_EQ(small_number(stats.get(), "height"), 360u);
  EXPECT_EQ(real_number(stats.get(), "framerate"), 29.97);
  EXPECT_EQ(number(stats.get(), "key-frames"), 3u);
  expect_kind(stats.get(), "video", total(sent, MessageType::kVideo));
  expect_kind(stats.get(), "audio", total(sent, MessageType::kAudio));
  expect_kind(stats.get(), "script", total(sent, MessageType::kData));
  EXPECT_GE(time_in(stats.get(), "last-tag-time"), before);
  EXPECT_LE(time_in(stats.get(), "last-tag-time"), g_get_real_time());
  EXPECT_EQ(number(stats.get(), "queue-tags"), 0u);

  publisher.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  stats = stats_of(pipeline.src());
  EXPECT_FALSE(flag(stats.get(), "publishing"));
  EXPECT_EQ(text(stats.get(), "stream-key"), "key");
  expect_kind(stats.get(), "video", total(sent, MessageType::kVideo));

  pipeline.stop();
  pipeline.play();
  stats = stats_of(pipeline.src());
  EXPECT_EQ(number(stats.get(), "accepted"), 0u);
  EXPECT_FALSE(has(stats.get(), "video-tags"));
}

TEST(Stats, OfANewPublisherBeginAtNothing) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  const auto sent = made_up_stream(10);
  std::size_t buffers = 1;
  for (std::uint64_t i = 1; i <= 2; ++i) {
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key" + std::to_string(i)), kStart);
    ASSERT_TRUE(send_all(publisher, sent));
    ASSERT_TRUE(pipeline.wait_for_buffers(buffers += sent.size()));
    const auto stats = stats_of(pipeline.src());
    EXPECT_EQ(number(stats.get(), "accepted"), i);
    EXPECT_EQ(text(stats.get(), "stream-key"), "key" + std::to_string(i));
    expect_kind(stats.get(), "video", total(sent, MessageType::kVideo));
    ASSERT_TRUE(publisher.unpublish());
    EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  }
}

TEST(Stats, CountTheConnectionsOfThePort) {
  TestPipeline pipeline("max-connections=2 keep-listening=true takeover=refuse");
  pipeline.play();
  TestPipeline other("stream-key=other port=" + std::to_string(pipeline.port()) + " max-connections=2");
  other.play();
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "one"), kStart);
  TcpPublisher second(pipeline.port());
  ASSERT_EQ(second.publish("live", "other"), kStart);
  EXPECT_NE(TcpPublisher(pipeline.port()).wait_for_end(), ErrorCode::kTimedOut);
  for (GstElement* element : {pipeline.src(), other.src()}) {
    const auto stats = stats_of(element);
    EXPECT_EQ(number(stats.get(), "port-connections"), 2u);
    EXPECT_EQ(number(stats.get(), "port-accepted"), 2u);
    EXPECT_EQ(number(stats.get(), "port-refused"), 1u);
  }
}

TEST(Stats, HaveTheFieldsOfRtmp2src) {
  GstElement* client = gst_element_factory_make("rtmp2src", nullptr);
  ASSERT_TRUE(client) << "needs GStreamer's rtmp2 plugin";
  const auto theirs = fields(stats_of(client).get());
  gst_object_unref(client);
  ASSERT_EQ(theirs.size(), 8u);
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto ours = fields(stats_of(pipeline.src()).get());
  for (const std::string& field : theirs) EXPECT_NE(std::ranges::find(ours, field), ours.end()) << field;
}

TEST(Stats, CountTheConnectionsBytes) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  constexpr unsigned kWindow = 64 << 10;
  ASSERT_TRUE(send_all(publisher, {{MessageType::kWindowAckSize, 0, "\0\x01\0\0"s},
                                   {MessageType::kAcknowledgement, 0, "\0\0\x0c\x01"s}}));
  const auto sent = made_up_stream(200);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  const auto stats = stats_of(pipeline.src());
  EXPECT_EQ(number(stats.get(), "in-bytes-total"), publisher.bytes_sent());
  EXPECT_GT(number(stats.get(), "in-bytes-acked") + kWindow, publisher.bytes_sent());
  EXPECT_LE(number(stats.get(), "in-bytes-acked"), publisher.bytes_sent());
  EXPECT_GT(number(stats.get(), "out-bytes-total"), 1u + 2 * 1536);
  EXPECT_EQ(number(stats.get(), "out-bytes-acked"), 0xC01u);
  EXPECT_EQ(small_number(stats.get(), "in-chunk-size"), 128u);
  EXPECT_EQ(small_number(stats.get(), "out-chunk-size"), 65536u);
  EXPECT_EQ(small_number(stats.get(), "in-window-ack-size"), kWindow);
  EXPECT_EQ(small_number(stats.get(), "out-window-ack-size"), 2'500'000u);
}

TEST(Stats, SayWhatWasLeftOutAndWhy) {
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  const auto sent = made_up_stream(32);
  {
    TcpPublisher first(pipeline.port());
    ASSERT_EQ(first.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(first, {kEmptyVideo, kEmptyVideo, kOneByteAudio, kNoScriptData}));
    for (int i = 0; i < 67; ++i) ASSERT_TRUE(send_all(first, {kEndOfSequence}));
    ASSERT_TRUE(send_all(first, sent));
    ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
    const auto stats = stats_of(pipeline.src());
    EXPECT_EQ(number(stats.get(), "dropped-empty-video"), 2u);
    EXPECT_EQ(number(stats.get(), "dropped-one-byte-audio"), 1u);
    EXPECT_EQ(number(stats.get(), "dropped-not-script-data"), 1u);
    EXPECT_EQ(number(stats.get(), "dropped-surplus-end-of-sequence"), 3u);
    EXPECT_EQ(number(stats.get(), "dropped-end-of-sequence"), 0u);
    ASSERT_TRUE(first.unpublish());
    ASSERT_EQ(first.next_status(), "NetStream.Unpublish.Success");
  }
  EXPECT_EQ(number_of(pipeline, "dropped-end-of-sequence"), 64u);
  EXPECT_EQ(number_of(pipeline, "dropped-before-key-frame"), 0u);

  TcpPublisher second(pipeline.port());
  ASSERT_EQ(second.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(second, {sent.begin() + 5, sent.end()}));  // from frame 1 on, and 30 is a key frame
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size() + 2 * 2));
  const auto stats = stats_of(pipeline.src());
  EXPECT_EQ(number(stats.get(), "dropped-before-key-frame"), 2u * 29);
  EXPECT_EQ(number(stats.get(), "dropped-empty-video"), 0u);

  pipeline.stop();
  pipeline.play();
  EXPECT_EQ(number_of(pipeline, "dropped-before-key-frame"), 0u);
  EXPECT_EQ(number_of(pipeline, "dropped-end-of-sequence"), 0u);
}

constexpr std::size_t kTaken = 4;  // tags up to the first frame, with which pushing begins

TEST(Stats, ShowHowFullTheQueueIs) {
  TestPipeline pipeline;
  pipeline.block();
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, {sent.begin(), sent.begin() + kTaken}));
  ASSERT_TRUE(pipeline.wait_blocked());
  const std::vector<Sent> queued(sent.begin() + kTaken, sent.end());
  ASSERT_TRUE(send_all(publisher, queued));
  EXPECT_TRUE(eventually([&] { return number_of(pipeline, "queue-tags") == queued.size(); }))
      << number_of(pipeline, "queue-tags");
  EXPECT_EQ(number_of(pipeline, "queue-bytes"), flv_file(queued).size() - flv_file_header().size());

  pipeline.unblock();
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  EXPECT_EQ(number_of(pipeline, "queue-tags"), 0u);
  EXPECT_EQ(number_of(pipeline, "queue-bytes"), 0u);
}

TEST(Stats, OfAStoppedElementShowNoQueue) {
  TestPipeline pipeline;
  pipeline.block();
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, {sent.begin(), sent.begin() + kTaken}));
  ASSERT_TRUE(pipeline.wait_blocked());
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(eventually([&] { return number_of(pipeline, "queue-tags") > 0; }));
  pipeline.stop();
  EXPECT_EQ(number_of(pipeline, "queue-tags"), 0u);
  EXPECT_EQ(number_of(pipeline, "queue-bytes"), 0u);
}

TEST(Stats, AreReadWhilePublishersComeAndGoAndTheElementStartsAndStops) {
  TestPipeline pipeline("keep-listening=true");
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> read{0};
  std::thread reader([&] {
    for (; !done; ++read) (void)fields(stats_of(pipeline.src()).get());
  });
  const auto sent = made_up_stream(5);
  for (int round = 0; round < 5; ++round) {
    pipeline.play();
    for (int i = 0; i < 5; ++i) {
      TcpPublisher publisher(pipeline.port());
      EXPECT_EQ(publisher.publish("live", "key"), kStart);
      EXPECT_TRUE(send_all(publisher, sent));
      EXPECT_TRUE(publisher.unpublish());
      EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
    }
    const auto so_far = read.load();
    EXPECT_TRUE(eventually([&] { return read > so_far; }));
    pipeline.stop();
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace rtmp::test
