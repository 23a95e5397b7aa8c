// SPDX-License-Identifier: LGPL-2.1-or-later
// Publishers behind a bad network. The element runs on one host, they on another.
#include <gst/gst.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "bad_network.h"
#include "clients.h"
#include "eventually.h"
#include "media_fixture.h"
#include "process.h"
#include "real_media.h"
#include "rtmp/limits.h"
#include "signal_log.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"
#include "virtual_host.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr double kSoon = 1000 * kSlowness;  // ms; a goodbye may take 50 of them
constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kServerAddress = "10.9.0.1";
constexpr const char* kClientAddress = "10.9.0.2";

/// The hosts, which this program has from its start to its end.
struct Hosts {
  VirtualHost server;
  VirtualHost client;

  /// The calling thread, the only one, is on the server then.
  static Result<Hosts> create() {
    auto server = VirtualHost::create(kServerAddress);
    if (!server) return std::move(server).error();
    auto client = VirtualHost::create(kClientAddress);
    if (!client) return std::move(client).error();
    server->enter();
    return Hosts{*std::move(server), *std::move(client)};
  }
};

Result<Hosts>& hosts() {
  static auto all = Hosts::create();
  return all;
}

/// While it is there, this thread is on the client.
class OnTheClient {
 public:
  OnTheClient() { hosts()->client.enter(); }
  ~OnTheClient() { hosts()->server.enter(); }
  OnTheClient(const OnTheClient&) = delete;
  OnTheClient& operator=(const OnTheClient&) = delete;
};

TcpPublisher connect(std::uint16_t port) {
  const OnTheClient here;
  return TcpPublisher(port, kServerAddress);
}

/// Whether the server's system has told this publisher's that all has come.
bool is_acknowledged(const TcpPublisher& publisher) {
  int unacknowledged = 0;
  return ioctl(publisher.descriptor(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0;
}

// Returns what it complains of, when all of the file is its system's.
std::string publish_by_ffmpeg(const std::string& file, std::uint16_t port) {
  const OnTheClient here;
  return run(ffmpeg_publish(
      file, "rtmp://" + std::string(kServerAddress) + ":" + std::to_string(port) + "/live/key"));
}

class Network : public testing::Test {
 protected:
  void SetUp() override {
    if (!hosts()) GTEST_SKIP() << "No hosts to be had here: " << hosts().error().detail;
    network_.emplace(hosts()->server.packets(), hosts()->client.packets(), 1);
  }

  std::optional<BadNetwork> network_;
};

constexpr Weather kBad{.delay = 50ms, .jitter = 20ms, .loss = 0.03, .doubled = 0.03};

TEST_F(Network, ThatDelaysLosesDoublesAndReordersCostsNoTag) {
  TestPipeline pipeline;
  pipeline.play();
  network_->set(kBad);
  TcpPublisher publisher = connect(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(60);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
  EXPECT_GT(network_->harmed().lost, 0u);
  EXPECT_GT(network_->harmed().doubled, 0u);
  EXPECT_GT(network_->harmed().overtaken, 0u);
}

TEST_F(Network, ThatDelaysLosesDoublesAndReordersCostsNoPacketOfFfmpeg) {
  const std::string recording = scratch("bad.flv");
  const std::string media = real_media(2);
  TestPipeline pipeline("", "filesink location=" + recording);
  pipeline.play();
  network_->set(kBad);
  EXPECT_EQ(publish_by_ffmpeg(media, pipeline.port()), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  EXPECT_EQ(packets(recording), packets(media));
  EXPECT_GT(network_->harmed().lost, 0u);
}

// It names no window, as FFmpeg, and closes at once. An acknowledgement would reach a closed socket, whose
// system would then drop what is still to be sent: the server's silence must last as long as the cut.
TEST_F(Network, ThatIsCutBehindTheEndOfAPublisherCostsNoTag) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher = connect(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  auto sent = made_up_stream(60, 100'000);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  network_->set({.cut = true});
  const auto last = made_up_stream(3, 1000, 3000);
  ASSERT_TRUE(send_all(publisher, last));
  publisher.close();
  std::this_thread::sleep_for(700ms);  // between two attempts of its system to send it again
  EXPECT_FALSE(pipeline.pushed_eos());
  network_->set({});
  EXPECT_EQ(pipeline.wait(), "eos");
  sent.insert(sent.end(), last.begin(), last.end());
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST_F(Network, ThatIsCutForLessThanTheTimeoutCostsNoTag) {
  TestPipeline pipeline("timeout=10");
  pipeline.play();
  TcpPublisher publisher = connect(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(60);
  const auto half = sent.begin() + 60;
  ASSERT_TRUE(send_all(publisher, {sent.begin(), half}));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + 60));
  network_->set({.cut = true});
  // The system takes some of it, and then no more.
  auto sending = std::async(std::launch::async, [&] { return send_all(publisher, {half, sent.end()}); });
  // As long as it is cut: time is what this is about.
  std::this_thread::sleep_for(2s);
  EXPECT_EQ(pipeline.pushed().size(), 1u + 60);
  EXPECT_GT(network_->harmed().lost, 0u);
  network_->set({});
  ASSERT_TRUE(sending.get());
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST_F(Network, ThatIsCutForGoodEndsTheStreamAfterTheTimeout) {
  TestPipeline pipeline("timeout=1");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher = connect(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(  // half a message
      publisher.send_raw(std::vector<std::uint8_t>{0x06, 0, 1, 0x90, 0, 0, 200, 9, 1, 0, 0, 0, 0x27, 0x01}));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  network_->set({.cut = true});
  const auto cut = Clock::now();
  ASSERT_TRUE(send_all(publisher, made_up_stream(3)));
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_GE(Clock::now() - cut, 900ms);
  EXPECT_TRUE(log.wait_for("removed live key timed-out"));
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
  EXPECT_LT(pipeline.stop(), kSoon);
}

// The server never learns that its host has lost power. When that is back, it connects anew.
TEST_F(Network, OneThatHasVanishedBehindItTakesItsOwnStreamOver) {
  TestPipeline pipeline("takeover=stale keep-listening=true");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  const auto sent = made_up_stream(30);
  TcpPublisher first = connect(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(first, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  ASSERT_TRUE(eventually([&] { return is_acknowledged(first); }));  // the server's system has no more to say
  network_->set({.cut = true});
  first.reset();  // which is all that its own system would say of it
  network_->set({});
  TcpPublisher second = connect(pipeline.port());
  ASSERT_EQ(second.publish("live", "key"), kStart);
  EXPECT_TRUE(log.wait_for("removed live key replaced")) << testing::PrintToString(log.lines());
  ASSERT_TRUE(send_all(second, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers_of(2, sent.size()));
  const auto pushed = pipeline.pushed();
  ASSERT_EQ(pushed.size(), 1 + 2 * sent.size());
  for (std::size_t i = 0; i < 2 * sent.size(); ++i)
    ASSERT_EQ(pushed[1 + i].body(), sent[i % sent.size()].body) << i;
  EXPECT_FALSE(pipeline.pushed_eos());
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_LT(pipeline.stop(), kSoon);
}

}  // namespace
}  // namespace rtmp::test

int main(int argc, char** argv) {
  rtmp::test::hosts();  // before there are threads
  gst_init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
