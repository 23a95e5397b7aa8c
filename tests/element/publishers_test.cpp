// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may publish, and what whoever else connects changes: nothing.
#include <gtest/gtest.h>

#include <list>

#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";
constexpr const char* kBusy = "NetStream.Publish.BadName";
constexpr const char* kNoApp = "NetConnection.Connect.InvalidApp";

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Everybody who is no publisher, each left connected.
void connect_strangers(std::uint16_t port, std::list<TcpPublisher>& strangers) {
  strangers.emplace_back(port).close();  // a port scan
  ASSERT_TRUE(strangers.emplace_back(port).connected());
  ASSERT_TRUE(strangers.emplace_back(port).send_raw(bytes_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
  ASSERT_TRUE(strangers.emplace_back(port).send_raw(bytes_of("\x16\x03\x01\x02")));
  ASSERT_TRUE(strangers.emplace_back(port).send_raw(bytes_of("\x03half a handshake")));
  ASSERT_TRUE(strangers.emplace_back(port).handshake());
  auto& garbage = strangers.emplace_back(port);
  ASSERT_TRUE(garbage.handshake());
  ASSERT_TRUE(garbage.send_raw(std::vector<std::uint8_t>(5000, 0xFF)));
  auto& player = strangers.emplace_back(port);
  ASSERT_TRUE(player.handshake());
  ASSERT_TRUE(player.send_command("connect", 1, {AmfValue::object({{"app", AmfValue::string("live")}})}));
  EXPECT_EQ(player.next_status(), "NetConnection.Connect.Success");
  ASSERT_TRUE(player.send_command("play", 0, {AmfValue::null(), AmfValue::string("key")}, 1));
  EXPECT_EQ(player.next_status(), "NetStream.Play.StreamNotFound");
  EXPECT_EQ(player.wait_for_end(), ErrorCode::kEndOfStream);
}

TEST(Publishers, AreNotDisturbedByStrangersBeforeBesideAndAfter) {
  TestPipeline pipeline;
  pipeline.play();
  std::list<TcpPublisher> strangers;
  connect_strangers(pipeline.port(), strangers);
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(90);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (i % 60 == 0) connect_strangers(pipeline.port(), strangers);
    ASSERT_TRUE(send_all(publisher, {sent[i]}));
  }
  publisher.close();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Publishers, GetInThoughTwoHundredIdleSocketsAreConnected) {
  TestPipeline pipeline;
  pipeline.play();
  std::list<TcpPublisher> idle;
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(idle.emplace_back(pipeline.port()).connected());
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(idle.emplace_back(pipeline.port()).connected());
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  publisher.close();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Publishers, ASecondOneIsToldThatTheStreamIsTaken) {
  TestPipeline pipeline("takeover=refuse");
  pipeline.play();
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(first, {sent.begin(), sent.begin() + 20}));
  TcpPublisher second(pipeline.port());
  EXPECT_EQ(second.publish("live", "key"), kBusy);
  EXPECT_EQ(second.wait_for_end(), ErrorCode::kEndOfStream);
  ASSERT_TRUE(send_all(first, {sent.begin() + 20, sent.end()}));
  first.close();
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Publishers, OneThatComesAfterTheEndIsTurnedAway) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  first.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  TcpPublisher second(pipeline.port());
  EXPECT_EQ(second.publish("live", "key"), kBusy);
}

TEST(Publishers, OneThatIsDisconnectedMakesWayForTheNext) {
  TestPipeline pipeline("keep-listening=true");
  gboolean there = TRUE;
  g_signal_emit_by_name(pipeline.src(), "disconnect-publisher", 0, &there);
  EXPECT_FALSE(there);
  pipeline.play();
  g_signal_emit_by_name(pipeline.src(), "disconnect-publisher", 0, &there);
  EXPECT_FALSE(there);
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  const auto sent = made_up_stream(10);
  ASSERT_TRUE(send_all(first, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  g_signal_emit_by_name(pipeline.src(), "disconnect-publisher", 0, &there);
  EXPECT_TRUE(there);
  EXPECT_EQ(first.next_status(), kBusy);
  EXPECT_EQ(first.wait_for_end(), ErrorCode::kEndOfStream);
  TcpPublisher second(pipeline.port());
  ASSERT_EQ(second.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(second, sent));
  EXPECT_TRUE(pipeline.wait_for_buffers(1 + 2 * sent.size()));
}

struct Named {
  const char* description;
  const char* properties;
  const char* app;
  const char* key;
  const char* status;
};

class Names : public testing::TestWithParam<Named> {};

TEST_P(Names, AreEnforced) {
  const Named& named = GetParam();
  TestPipeline pipeline(named.properties);
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  EXPECT_EQ(publisher.publish(named.app, named.key), named.status) << named.description;
  // The refusal reaches the client before the connection ends, and it ends without a reset.
  if (std::string_view(named.status) != kStart) {
    EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream) << named.description;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Names,
    testing::Values(Named{"any application and key", "", "live", "key", kStart},
                    Named{"nothing at all", "", "", "", kStart},
                    Named{"the application", "application=live", "live", "key", kStart},
                    Named{"another application", "application=live", "other", "key", kNoApp},
                    Named{"the application's prefix", "application=live", "liv", "key", kNoApp},
                    Named{"a longer application", "application=live", "live/x", "key", kNoApp},
                    Named{"the key", "stream-key=secret", "live", "secret", kStart},
                    Named{"another key", "stream-key=secret", "live", "other", kDenied},
                    Named{"a key that ends alike", "stream-key=secret", "live", "notsecret", kDenied},
                    Named{"an empty key", "stream-key=secret", "live", "", kDenied},
                    Named{"the key in the server's URL (OBS)", "stream-key=secret", "live/secret", "",
                          kStart},
                    Named{"both", "application=live stream-key=secret", "live", "secret", kStart},
                    Named{"both, the boundary elsewhere", "application=live/room stream-key=secret", "live",
                          "room/secret", kStart},
                    Named{"both, all in the application", "application=live stream-key=secret", "live/secret",
                          "", kStart},
                    Named{"the right key in another application", "application=live stream-key=secret",
                          "other", "secret", kNoApp},
                    Named{"queries are no part of the names", "application=live stream-key=secret",
                          "live?a=b", "secret?token=1", kStart},
                    Named{"slashes and the default instance", "application=live stream-key=secret",
                          "/live/_definst_/", "secret", kStart}));

TEST(Publishers, ConnectOverIpv4AndIpv6) {
  for (const char* host : {"127.0.0.1", "::1"}) {
    TestPipeline pipeline;
    pipeline.play();
    TcpPublisher publisher(pipeline.port(), host);
    EXPECT_EQ(publisher.publish("live", "key"), kStart) << host;
  }
}

TEST(Publishers, ConnectToNoOtherAddressThanTheHost) {
  TestPipeline pipeline("host=127.0.0.1");
  pipeline.play();
  EXPECT_FALSE(TcpPublisher(pipeline.port(), "::1").connected());
  EXPECT_FALSE(TcpPublisher(pipeline.port(), "127.0.0.2").connected());
  EXPECT_TRUE(TcpPublisher(pipeline.port(), "127.0.0.1").connected());
}

}  // namespace
}  // namespace rtmp::test
