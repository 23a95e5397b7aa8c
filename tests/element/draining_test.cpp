// SPDX-License-Identifier: LGPL-2.1-or-later
// The element and the bin take nobody new, and send their publishers elsewhere.
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "eventually.h"
#include "media_fixture.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_bin.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

// Metadata, and the configurations of video and audio.
constexpr std::ptrdiff_t kHeaders = 3;
constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kShutdown = "NetConnection.Connect.AppShutdown";
constexpr const char* kReconnect = "NetConnection.Connect.ReconnectRequest";
const std::vector<AmfValue::Property> kReconnects{{"capsEx", AmfValue::number(1)}};

bool request_reconnect(GstElement* element, const char* url) {
  gboolean there = FALSE;
  g_signal_emit_by_name(element, "request-reconnect", url, &there);
  return there != FALSE;
}

void set_accepting(GstElement* element, bool accepting) {
  g_object_set(element, "accepting", gboolean{accepting}, nullptr);
}

TEST(Draining, APublisherInPlaceGoesOnToItsEndAndNobodyElseComesIn) {
  TestPipeline pipeline("takeover=replace");
  SignalLog signals(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  set_accepting(pipeline.src(), false);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kShutdown);
  EXPECT_TRUE(signals.wait_for("rejected live key draining"));
  const auto sent = made_up_stream(20);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Draining, MayBeSetBeforeTheStartAndUndone) {
  TestPipeline pipeline("accepting=false");
  pipeline.play();
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kShutdown);
  set_accepting(pipeline.src(), true);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kStart);
}

TEST(Draining, ClosesThePortWhereThatIsWanted) {
  TestPipeline pipeline("accepting=false drain-mode=close");
  pipeline.play();
  // The port may be open for a moment.
  EXPECT_TRUE(eventually([&] { return !TcpPublisher(pipeline.port()).connected(); }));
  set_accepting(pipeline.src(), true);
  EXPECT_TRUE(eventually([&] { return TcpPublisher(pipeline.port()).connected(); }));
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kStart);
}

TEST(RequestReconnect, EndsTheStreamAtAKeyFrame) {
  TestPipeline pipeline;
  SignalLog signals(pipeline.src(), pipeline.pipeline());
  EXPECT_FALSE(request_reconnect(pipeline.src(), "rtmp://example.org/live"));
  pipeline.play();
  EXPECT_FALSE(request_reconnect(pipeline.src(), nullptr));
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(60);
  const std::ptrdiff_t some = kHeaders + 2 * 10;
  ASSERT_TRUE(send_all(publisher, {sent.begin(), sent.begin() + some}));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + some));
  EXPECT_TRUE(request_reconnect(pipeline.src(), "rtmp://example.org/live"));
  (void)send_all(publisher, {sent.begin() + some, sent.end()});
  EXPECT_EQ(publisher.next_status(), kShutdown);
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(signals.wait_for("removed live key disconnected"));
  EXPECT_TRUE(pipeline.bytes() == flv_file({sent.begin(), sent.begin() + kHeaders + 2 * 30}));
}

TEST(RequestReconnect, NamesThePlaceToAPublisherThatUnderstandsIt) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key", kReconnects), kStart);
  EXPECT_TRUE(request_reconnect(pipeline.src(), "rtmp://example.org/live"));
  ASSERT_TRUE(send_all(publisher, made_up_stream(1)));
  EXPECT_EQ(publisher.next_status(), kReconnect);
  EXPECT_EQ(publisher.information("tcUrl"), "rtmp://example.org/live");
}

TEST(BinForSeveral, IsDrained) {
  TestBin bin("max-publishers=0");
  SignalLog signals(bin.bin(), bin.pipeline());
  bin.play();
  EXPECT_FALSE(request_reconnect(bin.bin(), nullptr));
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  ASSERT_EQ(one.publish("live", "one"), kStart);
  ASSERT_EQ(two.publish("live", "two", kReconnects), kStart);
  set_accepting(bin.bin(), false);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "one"), kShutdown);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "three"), kShutdown);
  EXPECT_TRUE(signals.wait_for("rejected live three draining"));
  EXPECT_TRUE(request_reconnect(bin.bin(), "rtmp://example.org/live"));
  (void)send_all(one, made_up_stream(60));
  EXPECT_EQ(one.next_status(), kShutdown);
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live one disconnected"));
  ASSERT_TRUE(send_all(two, made_up_stream(60)));
  EXPECT_EQ(two.next_status(), kReconnect);
  EXPECT_EQ(two.information("tcUrl"), "rtmp://example.org/live");
  ASSERT_TRUE(two.unpublish());
  EXPECT_TRUE(bin.wait_for("publisher-removed 1 live two unpublished"));
  set_accepting(bin.bin(), true);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "three"), kStart);
}

TEST(BinForSeveral, MayBeSetWhileItStartsAndStops) {
  TestBin bin("max-publishers=0");
  std::atomic<bool> over = false;
  auto sets = std::async(std::launch::async, [&] {
    while (!over) {
      set_accepting(bin.bin(), false);
      set_accepting(bin.bin(), true);
    }
  });
  for (int i = 0; i < 20; ++i) {
    bin.play();
    EXPECT_NE(bin.port(), 0);
    bin.stop();
  }
  over = true;
  sets.get();
  bin.play();
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "key"), kStart);
}

TEST(BinForOne, IsDrained) {
  TestBin bin("keep-listening=true");
  bin.play();
  TcpPublisher one(bin.port());
  ASSERT_EQ(one.publish("live", "one"), kStart);
  set_accepting(bin.bin(), false);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "one"), kShutdown);
  EXPECT_TRUE(request_reconnect(bin.bin(), nullptr));
  (void)send_all(one, made_up_stream(60));
  EXPECT_EQ(one.next_status(), kShutdown);
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live one disconnected"));
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "one"), kShutdown);
  set_accepting(bin.bin(), true);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "one"), kStart);
}

}  // namespace
}  // namespace rtmp::test
