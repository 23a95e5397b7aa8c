// SPDX-License-Identifier: LGPL-2.1-or-later
// Certificates that are renewed while a server runs, chains, and certificates of clients.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "certificate_files.h"
#include "notes.h"
#include "null_logger.h"
#include "process.h"
#include "tcp_publisher.h"
#include "tls_client.h"
#include "tls_identity.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = TlsIdentity::Clock;

constexpr const char* kStart = "NetStream.Publish.Start";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The files that a server uses, and others that may take their place.
class Renewal : public testing::Test {
 protected:
  void TearDown() override {
    std::filesystem::remove(files_.certificate);
    std::filesystem::remove(files_.private_key);
  }
  void write(const CertificateFiles& from) { write(contents(from.certificate), contents(from.key)); }
  void write(const std::string& certificate, const std::string& key) {
    std::ofstream(files_.certificate) << certificate;
    std::ofstream(files_.private_key) << key;
  }

  const CertificateFiles first_ = make_certificate("first");
  const CertificateFiles second_ = make_certificate("second");
  const TlsFiles files_{.certificate = scratch("used.crt"), .private_key = scratch("used.key")};
};

class IdentityTest : public Renewal {
 protected:
  void SetUp() override {
    write(first_);
    identity_.emplace(TlsIdentity::Setup{.certificate = load(), .authorities = nullptr}, files_,
                      TlsIdentity::Events{[this](const std::string&) { ++renewed_; },
                                          [this](const Error& why) { refused_.push_back(why.detail); }});
  }
  TlsCertificate load() { return *load_certificate(files_.certificate, files_.private_key); }
  /// Whether the next handshake uses this, a second later.
  bool uses(const CertificateFiles& files) {
    now_ += TlsIdentity::kLookInterval;
    return is(identity_->current(now_).certificate, files);
  }
  static bool is(const TlsCertificate& certificate, const CertificateFiles& files) {
    const auto expected = load_certificate(files.certificate, files.key);
    return g_tls_certificate_is_same(certificate.get(), expected->get());
  }

  std::optional<TlsIdentity> identity_;
  Clock::time_point now_{1h};
  int renewed_ = 0;
  std::vector<std::string> refused_;
};

TEST_F(IdentityTest, FollowsItsFiles) {
  EXPECT_TRUE(uses(first_));
  EXPECT_TRUE(uses(first_));
  EXPECT_EQ(renewed_, 0);
  write(second_);
  EXPECT_TRUE(uses(second_));
  EXPECT_TRUE(uses(second_));
  EXPECT_EQ(renewed_, 1);
  EXPECT_TRUE(refused_.empty());
}

TEST_F(IdentityTest, LooksAtThemOnceASecondAtMost) {
  EXPECT_TRUE(uses(first_));
  write(second_);
  now_ += TlsIdentity::kLookInterval - 1ms;
  EXPECT_TRUE(is(identity_->current(now_).certificate, first_));
  EXPECT_TRUE(is(identity_->current(now_ + 1ms).certificate, second_));
}

TEST_F(IdentityTest, SeesWhatChangedBetweenTheFirstLoadAndTheFirstHandshake) {
  write(second_);
  EXPECT_TRUE(uses(second_));
}

TEST_F(IdentityTest, FollowsLinksThatAreReplaced) {
  namespace fs = std::filesystem;
  EXPECT_TRUE(uses(first_));
  for (const auto& [name, file] :
       {std::pair{files_.certificate, second_.certificate}, {files_.private_key, second_.key}}) {
    const std::string link = name + ".new";
    fs::create_symlink(file, link);
    fs::rename(link, name);
  }
  EXPECT_TRUE(uses(second_));
}

TEST_F(IdentityTest, KeepsTheEarlierCertificateWhereTheFilesAreNotRightAndSaysSoOnceForEachChange) {
  EXPECT_TRUE(uses(first_));
  const std::string whole = contents(second_.certificate);
  const std::string key = contents(second_.key);
  const std::pair<std::string, std::string> wrong[] = {{whole.substr(0, whole.size() / 2), key},
                                                       {whole, contents(first_.key)},
                                                       {"", ""},
                                                       {whole, key.substr(0, 40)}};
  std::size_t refusals = 0;
  for (const auto& [certificate, private_key] : wrong) {
    write(certificate, private_key);
    ++refusals;
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(uses(first_));
    ASSERT_EQ(refused_.size(), refusals);
    EXPECT_NE(refused_.back().find("used."), std::string::npos) << refused_.back();
  }
  std::filesystem::remove(files_.private_key);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(uses(first_));
  EXPECT_EQ(refused_.size(), refusals + 1);
  write(second_);
  EXPECT_TRUE(uses(second_));
  EXPECT_EQ(refused_.size(), refusals + 1);
}

TEST_F(IdentityTest, UsesACertificateThatIsSetInPlaceOfTheFiles) {
  EXPECT_TRUE(uses(first_));
  identity_->set_certificate(*load_certificate(second_.certificate, second_.key));
  EXPECT_TRUE(uses(second_));
  write("", "");
  EXPECT_TRUE(uses(second_));
  EXPECT_TRUE(refused_.empty());
}

class RenewedServer : public Renewal {
 protected:
  ServerConfig config(std::uint16_t port = 0) {
    return {.host = "127.0.0.1",
            .port = port,
            .certificate = *load_certificate(files_.certificate, files_.private_key),
            .tls_files = files_};
  }
  /// Waits until handshakes show this certificate.
  bool shows(std::uint16_t port, const CertificateFiles& files) {
    const auto end = Clock::now() + 20s;
    do {
      TlsClient client(port);
      if (client.handshake() && client.server_certificate() == contents(files.certificate)) return true;
    } while (Clock::now() < end);
    return false;
  }

  Notes notes_;
  Notes other_;
  LogLines log_;
};

TEST_F(RenewedServer, ShowsTheNewCertificateAndNoPublisherEnds) {
  write(first_);
  Server server(config(), log_);
  ASSERT_TRUE(server.claim({.stream_key = "key"}, notes_));
  ASSERT_TRUE(server.claim({.stream_key = "other"}, other_));
  ASSERT_TRUE(server.start());
  TcpPublisher publisher = TcpPublisher::secure(server.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(20);
  ASSERT_TRUE(send_all(publisher, sent));
  write(contents(second_.certificate), "");  // half written
  EXPECT_FALSE(log_.with("The earlier TLS certificate stays: ", 0).size() > 0);
  auto warned =
      std::async(std::launch::async, [&] { return log_.with("The earlier TLS certificate stays: ", 1); });
  while (warned.wait_for(0ms) != std::future_status::ready) EXPECT_TRUE(TlsClient(server.port()).handshake());
  EXPECT_EQ(warned.get().size(), 1u);
  EXPECT_EQ(notes_.warnings(1).size(), 1u);
  EXPECT_EQ(other_.warnings(1).size(), 1u);
  write(second_);
  EXPECT_TRUE(shows(server.port(), second_));
  EXPECT_EQ(TcpPublisher::secure(server.port()).publish("live", "other"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(notes_.tags(2 * sent.size()).size(), 2 * sent.size());
  EXPECT_TRUE(notes_.ends(0).empty());
}

TEST_F(RenewedServer, IsStillTheOneOfItsFiles) {
  write(first_);
  const auto shared = Server::share(config(), null_logger(), {.stream_key = "one"}, notes_);
  ASSERT_TRUE(shared);
  write(second_);
  const auto later = Server::share(config((*shared)->port()), null_logger(), {.stream_key = "two"}, other_);
  ASSERT_TRUE(later) << later.error().detail;
  EXPECT_EQ(*later, *shared);
  (*later)->release(other_);
  (*shared)->release(notes_);
}

TEST_F(RenewedServer, TakesACertificateThatIsSet) {
  write(first_);
  const auto shared = Server::share(config(), null_logger(), {.stream_key = "one"}, notes_);
  ASSERT_TRUE(shared);
  const std::uint16_t port = (*shared)->port();
  const TlsCertificate without_key(g_tls_certificate_new_from_file(second_.certificate.c_str(), nullptr),
                                   g_object_unref);
  const auto refused = (*shared)->set_certificate(without_key);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBadCertificate);
  EXPECT_TRUE(shows(port, first_));
  const auto second = load_certificate(second_.certificate, second_.key);
  ASSERT_TRUE((*shared)->set_certificate(*second));
  TlsClient client(port);
  ASSERT_TRUE(client.handshake());
  EXPECT_EQ(client.server_certificate(), contents(second_.certificate));
  // An element with the new certificate shares the port.
  const auto later = Server::share({.host = "127.0.0.1", .port = port, .certificate = *second}, null_logger(),
                                   {.stream_key = "two"}, other_);
  EXPECT_TRUE(later) << later.error().detail;
  if (later) (*later)->release(other_);
  // And so does one with the certificate that the port began with.
  ServerConfig began_with = config(port);
  began_with.tls_files = {};
  const auto earlier = Server::share(began_with, null_logger(), {.stream_key = "two"}, other_);
  EXPECT_TRUE(earlier) << earlier.error().detail;
  if (earlier) (*earlier)->release(other_);
  (*shared)->release(notes_);
}

TEST_F(RenewedServer, WithoutTlsTakesNone) {
  Server server({.host = "127.0.0.1", .port = 0}, log_);
  ASSERT_TRUE(server.start());
  EXPECT_FALSE(server.set_certificate(*load_certificate(second_.certificate, second_.key)));
}

TEST(Chain, IsSentWhole) {
  const Authorities authorities("chain");
  const CertificateFiles files = authorities.sign("/CN=localhost");
  Notes notes;
  Server server(
      {.host = "127.0.0.1", .port = 0, .certificate = *load_certificate(files.certificate, files.key)},
      null_logger());
  ASSERT_TRUE(server.claim({}, notes));
  ASSERT_TRUE(server.start());
  const std::string said =
      run({"openssl", "s_client", "-brief", "-verify_return_error", "-verify_hostname", "localhost",
           "-CAfile", authorities.root(), "-connect", "127.0.0.1:" + std::to_string(server.port())});
  EXPECT_NE(said.find("Verification: OK"), std::string::npos) << said;
}

class ClientCertificates : public testing::Test {
 protected:
  void SetUp() override {
    const CertificateFiles files = make_certificate("server");
    server_ =
        std::make_unique<Server>(ServerConfig{.host = "127.0.0.1",
                                              .port = 0,
                                              .certificate = *load_certificate(files.certificate, files.key),
                                              .authorities = *load_authorities(ours_.root())},
                                 log_);
    ASSERT_TRUE(server_->claim({}, notes_));
    ASSERT_TRUE(server_->start());
  }
  std::string publish(const CertificateFiles* files) {
    auto client = std::make_unique<TlsClient>(server_->port());
    TlsCertificate certificate;
    if (files) client->show((certificate = *load_certificate(files->certificate, files->key)).get());
    if (!client->handshake()) return "no handshake";
    TcpPublisher publisher(std::move(client));
    return publisher.publish("live", "key");
  }

  Notes notes_;
  LogLines log_;
  const Authorities ours_{"ours"};
  std::unique_ptr<Server> server_;
};

TEST_F(ClientCertificates, OfTheAuthorityAreToldByTheirSubject) {
  const CertificateFiles files = ours_.sign("/O=Example/CN=camera 1");
  ASSERT_EQ(publish(&files), kStart);
  ASSERT_EQ(notes_.requests().size(), 1u);
  const std::string subject = notes_.requests()[0].peer.subject;
  EXPECT_NE(subject.find("CN=camera 1"), std::string::npos) << subject;
  EXPECT_NE(subject.find("O=Example"), std::string::npos) << subject;
}

TEST_F(ClientCertificates, AreNeeded) {
  EXPECT_NE(publish(nullptr), kStart);
  const CertificateFiles self_signed = make_certificate("nobody");
  EXPECT_NE(publish(&self_signed), kStart);
  const CertificateFiles foreign = Authorities("theirs").sign("/CN=camera 1");
  EXPECT_NE(publish(&foreign), kStart);
  EXPECT_EQ(log_.with(" closed: TLS: ", 3).size(), 3u);
  EXPECT_TRUE(notes_.requests().empty());
}

TEST(AuthoritiesFile, ThatCannotBeReadIsNamed) {
  for (const auto* text : {"", "not PEM\n"}) {
    const std::string file = scratch("authorities.pem");
    std::ofstream(file) << text;
    const auto loaded = load_authorities(file);
    ASSERT_FALSE(loaded) << text;
    EXPECT_EQ(loaded.error().code, ErrorCode::kBadCertificate);
    EXPECT_TRUE(loaded.error().detail.starts_with(file + ": ")) << loaded.error().detail;
  }
  EXPECT_FALSE(load_authorities(scratch("nowhere.pem")));
}

}  // namespace
}  // namespace rtmp::test
