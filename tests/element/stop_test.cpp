// SPDX-License-Identifier: LGPL-2.1-or-later
// The element stops at once, wherever it is, and starts again.
#include <gtest/gtest.h>

#include "certificate_files.h"
#include "media_fixture.h"
#include "ping_flood.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"
#include "wire.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

constexpr double kSoon = 100 * kSlowness;     // ms
constexpr double kAtMost = 1000 * kSlowness;  // where a peer has to be told, and does not read
constexpr const char* kStart = "NetStream.Publish.Start";

TEST(Stop, WhileIdle) {
  TestPipeline pipeline;
  pipeline.play();
  EXPECT_LT(pipeline.stop(), kSoon);
}

TEST(Stop, InTheHandshake) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_TRUE(publisher.connected());
  ASSERT_TRUE(publisher.send_raw(std::vector<std::uint8_t>(500, 3)));
  EXPECT_LT(pipeline.stop(), kSoon);
}

TEST(Stop, InMidMessage) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(
      publisher.send_raw(std::vector<std::uint8_t>{0x06, 0, 1, 0x90, 0, 0, 200, 9, 1, 0, 0, 0, 0x27, 0x01}));
  ASSERT_TRUE(pipeline.wait_for_buffers(sent.size()));
  EXPECT_LT(pipeline.stop(), kSoon);
  EXPECT_NE(publisher.wait_for_end(), ErrorCode::kTimedOut);
}

TEST(Stop, WithDownstreamBlockedAndTheQueueFull) {
  TestPipeline pipeline("max-queue-bytes=1000");
  pipeline.block();
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(30)));
  ASSERT_TRUE(pipeline.wait_blocked());
  EXPECT_LT(pipeline.stop(), kSoon);
}

// The server waits for it in a write, with nothing to end that but a stop.
TEST(Stop, WithAPublisherThatFloodsPingsAndReadsNoAnswer) {
  const CertificateFiles files = make_certificate("stop");
  const std::string secure = "certificate-file=" + files.certificate + " private-key-file=" + files.key;
  for (const std::string& with : {""s, secure}) {
    for (const char* timeout : {" timeout=0", " timeout=30"}) {
      SCOPED_TRACE(with + timeout);
      TestPipeline pipeline(with + timeout);
      pipeline.play();
      TcpPublisher publisher =
          with.empty() ? TcpPublisher(pipeline.port()) : TcpPublisher::secure(pipeline.port());
      ASSERT_EQ(publisher.publish("live", "key"), kStart);
      PingFlood flood(publisher);
      ASSERT_TRUE(flood.holds_the_server());
      EXPECT_LT(pipeline.stop(), kAtMost);
    }
  }
}

// With TLS, in GIO's hands: it has said hello, and says no more.
TEST(Stop, InAHandshakeThatStalls) {
  const CertificateFiles files = make_certificate("stalled");
  for (const bool secure : {false, true}) {
    TestPipeline pipeline(secure ? "certificate-file=" + files.certificate + " private-key-file=" + files.key
                                 : "");
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    // A ClientHello up to its random number, in a record that is whole; or half of C1.
    const Bytes hello = join({wire("16 0301 0026  01 000022 0303"), Bytes(32, 7)});
    ASSERT_TRUE(publisher.send_raw(secure ? hello : Bytes(700, 3)));
    EXPECT_LT(pipeline.stop(), kAtMost);
  }
}

TEST(Stop, AfterTheEnd) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  publisher.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  EXPECT_LT(pipeline.stop(), kSoon);
}

TEST(Stop, AnEosEventEndsTheStreamWhileIdle) {
  TestPipeline pipeline;
  pipeline.play();
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes().empty());
}

TEST(Stop, AnEosEventEndsTheStreamWhileSomebodyPublishes) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Stop, AndStartAgainRecordsAgainOnTheSamePort) {
  TestPipeline pipeline;
  pipeline.play();
  const std::uint16_t port = pipeline.port();
  ASSERT_NE(port, 0);
  std::string expected;
  const auto sent = made_up_stream(5);
  for (int round = 0; round < 20; ++round) {
    TcpPublisher publisher(port);
    ASSERT_EQ(publisher.publish("live", "key"), kStart) << round;
    ASSERT_TRUE(send_all(publisher, sent));
    ASSERT_TRUE(publisher.unpublish());
    ASSERT_EQ(pipeline.wait(), "eos") << round;
    publisher.close();
    expected += flv_file(sent);
    pipeline.stop();
    EXPECT_EQ(pipeline.port(), 0);
    g_object_set(pipeline.src(), "port", port, nullptr);
    pipeline.play();
  }
  EXPECT_TRUE(pipeline.bytes() == expected);
}

}  // namespace
}  // namespace rtmp::test
