// SPDX-License-Identifier: LGPL-2.1-or-later
// What a publisher sends comes out of the source pad: bytes, order, buffers, end.
#include <gtest/gtest.h>

#include <thread>

#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr const char* kStart = "NetStream.Publish.Start";

TEST(Recording, HoldsEveryTagByteForByte) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(300, 20000);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent))
      << pipeline.bytes().size() << " bytes of " << flv_file(sent).size();
}

TEST(Recording, EndsHoweverThePublisherEnds) {
  const std::vector<std::function<void(TcpPublisher&)>> ends{
      [](TcpPublisher& p) { ASSERT_TRUE(p.unpublish()); },
      [](TcpPublisher& p) { ASSERT_TRUE(p.send_command("closeStream", 0, {AmfValue::null()}, 1)); },
      [](TcpPublisher& p) { p.close(); },
      [](TcpPublisher& p) { ASSERT_TRUE(p.send_raw(std::vector<std::uint8_t>{0xBF})); },  // a bad chunk
  };
  for (const auto& end : ends) {
    TestPipeline pipeline;
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    const auto sent = made_up_stream(60);
    ASSERT_TRUE(send_all(publisher, sent));
    end(publisher);
    EXPECT_EQ(pipeline.wait(), "eos");
    EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
  }
}

TEST(Recording, EndsWhenTheConnectionIsReset) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  // A reset may throw away what the server has not read yet.
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  publisher.reset();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Recording, EndsWhenThePublisherSendsNothingForTheTimeout) {
  TestPipeline pipeline("timeout=1");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Recording, LeavesOutAMessageThatWasCutShort) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(10);
  ASSERT_TRUE(send_all(publisher, sent));
  // fmt 0, csid 6, timestamp 400, 200 bytes of video, of which two come
  ASSERT_TRUE(
      publisher.send_raw(std::vector<std::uint8_t>{0x06, 0, 1, 0x90, 0, 0, 200, 9, 1, 0, 0, 0, 0x27, 0x01}));
  publisher.close();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Recording, HoldsNothingButAHeaderWhenThePublisherSentNoMedia) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  publisher.close();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(pipeline.bytes(), flv_file_header());
}

TEST(Recording, StripsSetDataFrameAndKeepsEndOfSequenceForTheEnd) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  auto sent = made_up_stream(30);
  const Sent end_of_sequence{MessageType::kVideo, 500, "\x17\x02\0\0\0"s};
  const std::string metadata = sent[0].body;
  auto wire = sent;
  wire[0].body = "\x02\x00\x0D@setDataFrame"s + metadata;
  wire.insert(wire.begin() + 10, end_of_sequence);
  wire.insert(wire.begin() + 20, {MessageType::kVideo, 600, ""});          // a fatal error to flvdemux
  wire.insert(wire.begin() + 30, {MessageType::kData, 700, "\0\1\2\3"s});  // FFmpeg's timecode
  ASSERT_TRUE(send_all(publisher, wire));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(pipeline.wait(), "eos");
  sent.push_back(end_of_sequence);
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Recording, GivesEachTagABufferWithFlagsOffsetAndTime) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(40);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  ASSERT_EQ(pipeline.wait(), "eos");

  const auto pushed = pipeline.pushed();
  ASSERT_EQ(pushed.size(), 1 + sent.size());
  EXPECT_EQ(pushed[0].bytes, flv_file_header());
  EXPECT_EQ(pushed[0].offset, 0u);
  EXPECT_TRUE(pushed[0].flags & GST_BUFFER_FLAG_HEADER);
  guint64 offset = pushed[0].bytes.size();
  for (std::size_t i = 0; i < sent.size(); ++i) {
    SCOPED_TRACE(i);
    const auto& buffer = pushed[i + 1];
    EXPECT_EQ(buffer.bytes, sent[i].tag());
    EXPECT_EQ(buffer.offset, offset);
    EXPECT_EQ(buffer.pts, sent[i].timestamp * GST_MSECOND);
    EXPECT_EQ((buffer.flags & GST_BUFFER_FLAG_HEADER) != 0, i < 3);
    // Where there is video, a reader begins with a key frame of it.
    const bool begins = i < 3 || sent[i].body[0] == '\x17';
    EXPECT_EQ((buffer.flags & GST_BUFFER_FLAG_DELTA_UNIT) != 0, !begins);
    offset += buffer.bytes.size();
  }
}

TEST(Recording, StopsAfterNumBuffers) {
  TestPipeline pipeline("num-buffers=7");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(40);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(pipeline.bytes(), flv_file({sent.begin(), sent.begin() + 6}));
}

TEST(Recording, MakesThePublisherWaitForASlowSinkAndLosesNothing) {
  constexpr std::size_t kQueue = 200'000;
  TestPipeline pipeline("max-queue-bytes=" + std::to_string(kQueue));
  pipeline.block();
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(1000, 50'000);  // 50 MB: no socket buffer holds it
  std::atomic<bool> all_sent{false};
  std::thread sending([&] {
    EXPECT_TRUE(send_all(publisher, sent));
    all_sent = true;
    EXPECT_TRUE(publisher.unpublish());
  });
  ASSERT_TRUE(pipeline.wait_blocked());
  EXPECT_FALSE(all_sent);
  pipeline.unblock();
  EXPECT_EQ(pipeline.wait(), "eos");
  sending.join();
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

}  // namespace
}  // namespace rtmp::test
