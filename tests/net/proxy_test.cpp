// SPDX-License-Identifier: LGPL-2.1-or-later
// Clients that come by a balancer, which names them in a header of the PROXY protocol.
#include <gtest/gtest.h>

#include <list>

#include "certificate_files.h"
#include "notes.h"
#include "rtmp/limits.h"
#include "tcp_publisher.h"
#include "tls_client.h"
#include "wire.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kConnected = "NetConnection.Connect.Success";
constexpr const char* kBalancer = "127.0.0.9";
constexpr const char* kOther = "127.0.0.2";

Bytes header_for(const std::string& client, int port = 5000) {
  const std::string line = "PROXY TCP4 " + client + " 192.0.2.200 " + std::to_string(port) + " 1935\r\n";
  return {line.begin(), line.end()};
}

// That for 2001:db8::7, with fields behind the addresses.
Bytes binary_header() {
  return wire(
      "0D0A0D0A000D0A 'QUIT' 0A 21 21 002B 20010DB8000000000000000000000007 20010DB8000000000000000000000008 "
      "1388 078F "
      "03 0004 01020304");
}
Bytes local_header() { return wire("0D0A0D0A000D0A 'QUIT' 0A 20 00 0000"); }

class ProxyTest : public testing::Test {
 protected:
  void start(MountSpec spec = {}, ServerConfig config = {}) {
    config.host = "127.0.0.1";
    config.port = 0;
    if (config.proxies.empty()) config.proxies = *Networks::parse(kBalancer);
    server_ = std::make_unique<Server>(std::move(config), log_);
    ASSERT_TRUE(server_->claim(std::move(spec), notes_));
    ASSERT_TRUE(server_->start());
  }
  /// A client whose connection the balancer has begun with this.
  TcpPublisher& by_balancer(const Bytes& header) {
    TcpPublisher& client = clients_.emplace_back(server_->port(), "127.0.0.1", kBalancer);
    EXPECT_TRUE(client.send_raw(header));
    return client;
  }

  Notes notes_;
  Notes more_[3];
  LogLines log_;
  std::unique_ptr<Server> server_;
  std::list<TcpPublisher> clients_;
};

TEST_F(ProxyTest, TheClientIsThePeer) {
  start({.takeover = Takeover::kReplace});
  TcpPublisher& publisher = by_balancer(header_for("192.0.2.7", 4321));
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(20, 5000);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_TRUE(notes_.tags(sent.size()) == tags_of(sent));
  ASSERT_EQ(by_balancer(binary_header()).publish("live", "key"), kStart);
  const auto requests = notes_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].peer.text(), "192.0.2.7:4321");
  EXPECT_EQ(requests[1].peer.text(), "[2001:db8::7]:5000");
  EXPECT_EQ(log_.with("192.0.2.7:4321 comes by the balancer 127.0.0.9:", 1).size(), 1u);
  EXPECT_EQ(log_.with("192.0.2.7:4321 closed: ", 1).size(), 1u);
}

TEST_F(ProxyTest, TheHeaderComesBeforeTls) {
  const CertificateFiles files = make_certificate("proxy");
  start({}, {.certificate = *load_certificate(files.certificate, files.key),
             .proxies = *Networks::parse("127.0.0.1")});
  auto client = std::make_unique<TlsClient>(server_->port());
  ASSERT_TRUE(client->send_raw(binary_header()));
  ASSERT_TRUE(client->handshake());
  TcpPublisher publisher(std::move(client));
  EXPECT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_EQ(notes_.requests().size(), 1u);
  EXPECT_EQ(notes_.requests()[0].peer.host, "2001:db8::7");
  EXPECT_TRUE(notes_.requests()[0].peer.secure);
}

TEST_F(ProxyTest, OthersComeWithoutAHeaderAlone) {
  start();
  for (const auto& header : {header_for("192.0.2.7"), binary_header()}) {
    TcpPublisher pretends(server_->port(), "127.0.0.1", kOther);
    ASSERT_TRUE(pretends.send_raw(header));
    EXPECT_EQ(pretends.publish("live", "key"), "");
  }
  EXPECT_EQ(log_.with("PROXY protocol header, which is not expected from this address", 2).size(), 2u);
  EXPECT_TRUE(notes_.requests().empty());
  TcpPublisher direct(server_->port(), "127.0.0.1", kOther);
  ASSERT_EQ(direct.publish("live", "key"), kStart);
  EXPECT_EQ(notes_.requests()[0].peer.host, kOther);
}

TEST_F(ProxyTest, OfTlsOthersComeWithoutAHeaderAlone) {
  const CertificateFiles files = make_certificate("proxy");
  start({}, {.certificate = *load_certificate(files.certificate, files.key)});
  for (const auto& header : {header_for("192.0.2.7"), binary_header()}) {
    TcpPublisher pretends(server_->port(), "127.0.0.1", kOther);
    ASSERT_TRUE(pretends.send_raw(header));
    EXPECT_NE(pretends.wait_for_end(), ErrorCode::kTimedOut);
  }
  EXPECT_EQ(log_.with("PROXY protocol header, which is not expected from this address", 2).size(), 2u);
}

TEST_F(ProxyTest, TheBalancerMustSendAHeader) {
  start();
  EXPECT_EQ(by_balancer({}).publish("live", "key"), "");
  EXPECT_EQ(log_.with("PROXY protocol: no header, which must come from here", 1).size(), 1u);
  EXPECT_EQ(log_.warnings().size(), 1u);
}

TEST_F(ProxyTest, TheBalancerMayLookWhetherTheServerLives) {
  start();
  for (const auto& header : {local_header(), wire("'PROXY UNKNOWN' 0D0A"), Bytes()})
    by_balancer(header).close();
  // One that says nothing has left before it is looked at, or not.
  EXPECT_EQ(log_.with(" closed: ", 3).size(), 3u);
  EXPECT_TRUE(log_.warnings().empty());
  TcpPublisher& own = by_balancer(local_header());
  ASSERT_EQ(own.publish("live", "key"), kStart);
  EXPECT_EQ(notes_.requests()[0].peer.host, kBalancer);
}

TEST_F(ProxyTest, AHeaderThatDoesNotComeWholeEndsWithTheHandshakesTime) {
  start({}, {.handshake_deadline = std::chrono::seconds(1)});
  EXPECT_NE(by_balancer(cut(header_for("192.0.2.7"), 20)).wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_NE(by_balancer({}).wait_for_end(), ErrorCode::kTimedOut);
  const auto closed = log_.with(" closed: ", 2);
  EXPECT_EQ(closed.size(), 2u);
  for (const std::string& line : closed) EXPECT_TRUE(line.ends_with("timed out")) << line;
}

TEST_F(ProxyTest, ConnectionsAreLimitedForEachClient) {
  start({.stream_key = "key"}, {});
  const Door door{.max_connections_per_address = 2};
  ASSERT_TRUE(server_->claim({.stream_key = "a", .door = door}, more_[0]));
  ASSERT_TRUE(server_->claim({.stream_key = "b", .door = door}, more_[1]));
  ASSERT_TRUE(server_->claim({.stream_key = "c", .door = door}, more_[2]));
  server_->release(notes_);  // the largest limit counts, and this claim has the default
  ASSERT_EQ(by_balancer(header_for("192.0.2.7")).publish("live", "a"), kStart);
  ASSERT_EQ(by_balancer(header_for("192.0.2.7")).publish("live", "b"), kStart);
  EXPECT_NE(by_balancer(header_for("192.0.2.7")).wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(log_.with("192.0.2.7:5000 closed at once: too many connections from there", 1).size(), 1u);
  EXPECT_EQ(server_->counters()->refused.get(), 1u);
  EXPECT_EQ(by_balancer(header_for("192.0.2.8")).publish("live", "c"), kStart);
}

TEST_F(ProxyTest, AnOlderConnectionOfTheClientThatDoesNotPublishGoesFirst) {
  start({.door = {.max_connections_per_address = 1}});
  TcpPublisher& old = by_balancer(header_for("192.0.2.7"));
  ASSERT_EQ(old.connect({"live"}), kConnected);
  TcpPublisher& other = by_balancer(header_for("192.0.2.8"));
  ASSERT_EQ(other.connect({"live"}), kConnected);
  EXPECT_EQ(by_balancer(header_for("192.0.2.7")).publish("live", "key"), kStart);
  EXPECT_NE(old.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(other.publish_key("key2"), "NetStream.Publish.BadName");  // it is still there
}

TEST_F(ProxyTest, ClientsOfATrustedNetworkAreNotLimited) {
  start({.door = {.max_connections_per_address = 1, .trusted = *Networks::parse("192.0.2.0/24")}});
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(by_balancer(header_for("192.0.2.7", 5000 + i)).connect({"live"}), kConnected);
  EXPECT_TRUE(log_.warnings().empty());
}

TEST_F(ProxyTest, GuessesAreThoseOfEachClient) {
  start({.stream_key = "key"});
  for (int i = 0; i < limits::kGuessesAtOnce + 4; ++i) {
    TcpPublisher& client = by_balancer(header_for("192.0.2.7"));
    ASSERT_EQ(client.connect({"live"}), kConnected);
    ASSERT_TRUE(client.ask_to_publish("guess " + std::to_string(i)));
  }
  // Two wait for a long time, and two are not judged.
  notes_.rejections(limits::kGuessesAtOnce + 2);
  EXPECT_EQ(by_balancer(header_for("192.0.2.8")).publish("live", "wrong"), "NetStream.Publish.Denied");
  const auto rejections = notes_.rejections(limits::kGuessesAtOnce + 3);
  const auto requests = notes_.rejected_requests();
  ASSERT_EQ(requests.size(), rejections.size());
  int unjudged = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const bool first = requests[i].peer.host == "192.0.2.7";
    EXPECT_TRUE(first || requests[i].peer.host == "192.0.2.8");
    if (!first) {
      EXPECT_EQ(rejections[i], Rejection::kStreamKey);
    }
    unjudged += first && rejections[i] == Rejection::kUnjudged;
  }
  EXPECT_EQ(unjudged, 2);
}

}  // namespace
}  // namespace rtmp::test
