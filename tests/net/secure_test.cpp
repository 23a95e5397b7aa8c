// SPDX-License-Identifier: LGPL-2.1-or-later
// A server with a certificate, and clients that come to the wrong port.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <future>
#include <thread>

#include "certificate_files.h"
#include "notes.h"
#include "null_logger.h"
#include "process.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "tls_client.h"

namespace rtmp::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBadName = "NetStream.Publish.BadName";

const CertificateFiles& files() {
  static const CertificateFiles made = make_certificate("secure");
  return made;
}

TlsCertificate certificate() {
  static const TlsCertificate loaded = std::move(load_certificate(files().certificate, files().key)).value();
  return loaded;
}

TcpPublisher secure_publisher(std::uint16_t port) {
  auto client = std::make_unique<TlsClient>(port);
  EXPECT_TRUE(client->handshake());
  return TcpPublisher(std::move(client));
}

class SecureTest : public testing::Test {
 protected:
  explicit SecureTest(std::chrono::seconds handshake_deadline = limits::kHandshakeDeadline)
      : server_({.host = "127.0.0.1",
                 .port = 0,
                 .certificate = certificate(),
                 .handshake_deadline = handshake_deadline},
                log_) {}
  void start(MountSpec spec = {}) {
    ASSERT_TRUE(server_.claim(std::move(spec), notes_));
    ASSERT_TRUE(server_.start());
  }
  /// What the log says of the one connection that there was, once it is over.
  std::string only_line() {
    const auto lines = log_.with(" closed: ", 1);
    EXPECT_EQ(log_.all().size(), 1u);
    return lines.empty() ? "" : lines[0];
  }
  void expect_nothing_published() {
    server_.stop();
    EXPECT_TRUE(notes_.requests().empty());
    EXPECT_TRUE(notes_.tags(0).empty());
    EXPECT_EQ(log_.all().size(), 1u);
  }

  Notes notes_;
  LogLines log_;
  Server server_;
};

class ImpatientSecureTest : public SecureTest {
 protected:
  // Enough for a handshake of TLS, on a machine that does much else.
  ImpatientSecureTest() : SecureTest(std::chrono::seconds(kThreadSanitizer ? 5 : 1)) {}
};

TEST_F(SecureTest, PublishesByteForByte) {
  start();
  TcpPublisher publisher = secure_publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  auto sent = made_up_stream(100, 5000);
  for (const Sent& large : made_up_stream(2, 1 << 20, 10'000)) sent.push_back(large);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_TRUE(notes_.tags(sent.size()) == tags_of(sent));
  ASSERT_EQ(notes_.requests().size(), 1u);
  EXPECT_TRUE(notes_.requests()[0].peer.secure);
  EXPECT_EQ(notes_.requests()[0].peer.host, "127.0.0.1");
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kUnpublished});
}

TEST_F(SecureTest, RefusesAPlainPublisherAndSaysSo) {
  start();
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key"), "");
  EXPECT_NE(only_line().find("RTMP without TLS"), std::string::npos) << only_line();
  expect_nothing_published();
}

TEST_F(SecureTest, RefusesABrowserOrABalancerAndSaysSo) {
  start();
  TcpPublisher browser(server_.port());
  ASSERT_TRUE(browser.send_raw(wire("'GET / HTTP/1.1' 0D0A 0D0A")));
  EXPECT_NE(browser.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_NE(only_line().find("HTTP"), std::string::npos) << only_line();
  expect_nothing_published();
}

TEST_F(ImpatientSecureTest, ClosesWhoIsSilent) {
  start();
  TcpPublisher silent(server_.port());
  EXPECT_NE(silent.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_NE(only_line().find("timed out"), std::string::npos) << only_line();
  expect_nothing_published();
}

TEST_F(ImpatientSecureTest, ClosesWhoDripsItsHandshakeBeforeTlsAndBehindIt) {
  start();
  const auto began = Clock::now();
  const auto drip = [](const auto& send) {
    for (const auto limit = Clock::now() + std::chrono::seconds(20); Clock::now() < limit;) {
      if (!send()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the drip's own rate
    }
    return false;
  };
  // The header of a record of TLS, with 512 bytes to come.
  auto before = std::async(std::launch::async, [&] {
    TcpPublisher client(server_.port());
    return client.send_raw(wire("16 0301 0200 01 000100 0303")).has_value() &&
           drip([&] { return client.send_raw(wire("00")).has_value(); });
  });
  auto behind = std::async(std::launch::async, [&] {
    TlsClient client(server_.port());
    return client.handshake() && drip([&] { return client.send(wire("03")); });
  });
  EXPECT_TRUE(before.get());
  EXPECT_TRUE(behind.get());
  EXPECT_GE(Clock::now() - began, std::chrono::seconds(1));
  EXPECT_EQ(log_.with(" closed: ", 2).size(), 2u);
  EXPECT_TRUE(notes_.requests().empty());
}

TEST_F(SecureTest, TellsWhoHasAWrongKeyBeforeItCloses) {
  start({.stream_key = "key"});
  TcpPublisher publisher = secure_publisher(server_.port());
  EXPECT_EQ(publisher.publish("live", "guess"), "NetStream.Publish.Denied");
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);  // which it is told
}

TEST_F(SecureTest, TellsThePublisherThatIsReplaced) {
  start({.takeover = Takeover::kReplace});
  TcpPublisher first = secure_publisher(server_.port());
  TcpPublisher second = secure_publisher(server_.port());
  const auto sent = made_up_stream(10);
  ASSERT_EQ(first.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(first, sent));
  EXPECT_EQ(notes_.tags(sent.size()).size(), sent.size());
  ASSERT_EQ(second.publish("live", "key"), kStart);
  EXPECT_EQ(first.next_status(), kBadName);
  EXPECT_EQ(first.wait_for_end(), ErrorCode::kEndOfStream);
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kReplaced});
  ASSERT_TRUE(send_all(second, sent));
  EXPECT_EQ(notes_.tags(2 * sent.size()).size(), 2 * sent.size());
}

TEST_F(SecureTest, TakesItsLeaveWhenItStops) {
  start();
  TcpPublisher publisher = secure_publisher(server_.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(10);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(notes_.tags(sent.size()).size(), sent.size());
  server_.stop();
  EXPECT_EQ(publisher.next_status(), "NetConnection.Connect.AppShutdown");
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
  EXPECT_EQ(notes_.ends(0), std::vector{EndReason::kStopped});
}

TEST_F(SecureTest, HasACertificateThatOpensslVerifies) {
  start();
  const std::string said =
      run({"openssl", "s_client", "-brief", "-verify_return_error", "-verify_hostname", "localhost",
           "-CAfile", files().certificate, "-connect", "127.0.0.1:" + std::to_string(server_.port())});
  EXPECT_NE(said.find("Verification: OK"), std::string::npos) << said;
  (void)log_.with(" closed: ", 1);
  expect_nothing_published();
}

TEST_F(SecureTest, StopsWhileAHandshakeGoesOn) {
  start();
  TcpPublisher half(server_.port());
  ASSERT_TRUE(half.send_raw(wire("16 0301 0200 01 000100 0303")));
  TcpPublisher silent(server_.port());
  server_.stop();
  EXPECT_NE(half.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_NE(silent.wait_for_end(), ErrorCode::kTimedOut);
}

/// A server that takes both.
class OptionalTest : public testing::Test {
 protected:
  explicit OptionalTest(std::chrono::seconds handshake_deadline = limits::kHandshakeDeadline)
      : server_({.host = "127.0.0.1",
                 .port = 0,
                 .certificate = certificate(),
                 .tls_mode = TlsMode::kOptional,
                 .handshake_deadline = handshake_deadline},
                log_) {}
  void SetUp() override {
    ASSERT_TRUE(server_.claim({.takeover = Takeover::kReplace}, notes_));
    ASSERT_TRUE(server_.start());
  }

  Notes notes_;
  LogLines log_;
  Server server_;
};

class ImpatientOptionalTest : public OptionalTest {
 protected:
  ImpatientOptionalTest() : OptionalTest(std::chrono::seconds(1)) {}
};

TEST_F(OptionalTest, TakesPublishersWithTlsAndWithoutByteForByte) {
  const auto sent = made_up_stream(100, 5000);
  std::size_t tags = 0;
  for (const bool secure : {false, true, false}) {
    TcpPublisher publisher = secure ? secure_publisher(server_.port()) : TcpPublisher(server_.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(publisher, sent));
    tags += sent.size();
    EXPECT_EQ(notes_.tags(tags).size(), tags);
    EXPECT_EQ(notes_.requests().back().peer.secure, secure);
  }
  const auto all = notes_.tags(0);
  const auto expected = tags_of(sent);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], expected[i % expected.size()]);
}

TEST_F(OptionalTest, TakesAPlainHandshakeByteByByte) {
  TcpPublisher publisher(server_.port());
  Bytes hello(1537, 0);
  hello[0] = 3;
  for (const std::uint8_t byte : hello) ASSERT_TRUE(publisher.send_raw({&byte, 1}));
  pollfd answer{publisher.descriptor(), POLLIN, 0};
  ASSERT_EQ(::poll(&answer, 1, 10'000), 1);
  std::uint8_t version = 0;
  ASSERT_EQ(::recv(answer.fd, &version, 1, 0), 1);
  EXPECT_EQ(version, 3);
}

TEST_F(OptionalTest, RefusesWhatIsNeither) {
  for (const auto& other :
       {wire("'GET / HTTP/1.1' 0D0A 0D0A"), wire("'PROXY TCP4 '"), wire("17 0303 0001 00")}) {
    TcpPublisher stranger(server_.port());
    ASSERT_TRUE(stranger.send_raw(other));
    EXPECT_NE(stranger.wait_for_end(), ErrorCode::kTimedOut);
  }
  EXPECT_EQ(log_.with(" closed: ", 3).size(), 3u);
  EXPECT_TRUE(notes_.requests().empty());
}

TEST_F(ImpatientOptionalTest, ClosesWhoIsSilent) {
  TcpPublisher silent(server_.port());
  EXPECT_NE(silent.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(log_.with("timed out", 1).size(), 1u);
}

TEST(PlainServer, TurnsAClientOfTlsAwayWithOneClearLine) {
  Notes notes;
  LogLines log;
  Server server({.host = "127.0.0.1", .port = 0}, log);
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  EXPECT_FALSE(TlsClient(server.port()).handshake());
  const auto lines = log.with("TLS", 1);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find(" closed: "), std::string::npos) << lines[0];
  server.stop();
  EXPECT_EQ(log.all().size(), 1u);
  EXPECT_TRUE(notes.requests().empty());
}

TEST(SecureShare, IsForThoseWithTheSameCertificate) {
  Notes first;
  Notes second;
  const ServerConfig config{.host = "127.0.0.1", .port = 0, .certificate = certificate()};
  const auto shared = Server::share(config, null_logger(), {.stream_key = "one"}, first);
  ASSERT_TRUE(shared);
  ServerConfig same = config;
  same.port = (*shared)->port();
  same.certificate = std::move(load_certificate(files().certificate, files().key)).value();  // once more
  EXPECT_TRUE(Server::share(same, null_logger(), {.stream_key = "two"}, second));

  const CertificateFiles others = make_certificate("other");
  for (const TlsCertificate& other :
       {TlsCertificate(), std::move(load_certificate(others.certificate, others.key)).value()}) {
    ServerConfig differs = same;
    differs.certificate = other;
    Notes third;
    const auto refused = Server::share(differs, null_logger(), {.stream_key = "three"}, third);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kOtherSettings);
    EXPECT_NE(refused.error().detail.find("differ in: certificate"), std::string::npos)
        << refused.error().detail;
    EXPECT_NE(refused.error().detail.find(std::to_string(same.port)), std::string::npos);
  }
  TcpPublisher publisher = secure_publisher(same.port);
  EXPECT_EQ(publisher.publish("live", "two"), kStart);
}

}  // namespace
}  // namespace rtmp::test
