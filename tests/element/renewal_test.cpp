// SPDX-License-Identifier: LGPL-2.1-or-later
// Certificates that are renewed while the element or the bin listens, and what the application hears of it.
#include <gtest/gtest.h>

#include <fstream>

#include "asked_client.h"
#include "certificate_files.h"
#include "eventually.h"
#include "media_fixture.h"
#include "process.h"
#include "tcp_publisher.h"
#include "test_bin.h"
#include "test_pipeline.h"
#include "tls_client.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void copy(const std::string& from, const std::string& to) { std::ofstream(to) << contents(from); }

GObjectPtr<GTlsCertificate> load(const CertificateFiles& files) {
  return GObjectPtr<GTlsCertificate>(
      g_tls_certificate_new_from_files(files.certificate.c_str(), files.key.c_str(), nullptr));
}

bool shows(std::uint16_t port, const CertificateFiles& files) {
  TlsClient client(port);
  return client.handshake() && client.server_certificate() == contents(files.certificate);
}

/// The warnings that have come to the bus of a pipeline until now.
std::vector<std::string> take_warnings(GstElement* pipeline) {
  std::vector<std::string> warnings;
  GstBus* bus = gst_element_get_bus(pipeline);
  while (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING)) {
    GError* error = nullptr;
    gst_message_parse_warning(message, &error, nullptr);
    EXPECT_TRUE(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS));
    warnings.emplace_back(error->message);
    g_error_free(error);
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  return warnings;
}

/// The same test for the element and for the bin, with one publisher and with several.
class Renewed : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    copy(first_.certificate, used_.certificate);
    copy(first_.key, used_.key);
  }
  void start(const std::string& properties) {
    if (GetParam().empty()) {
      source_.emplace("stream-key=key keep-listening=true " + properties);
      source_->play();
    } else {
      bin_.emplace(GetParam() + " " + properties);
      bin_->play();
    }
  }
  [[nodiscard]] std::string by_files() const {
    return "certificate-file=" + used_.certificate + " private-key-file=" + used_.key;
  }
  [[nodiscard]] std::uint16_t port() const { return source_ ? source_->port() : bin_->port(); }
  [[nodiscard]] GstElement* element() const { return source_ ? source_->src() : bin_->bin(); }
  [[nodiscard]] GstElement* pipeline() const { return source_ ? source_->pipeline() : bin_->pipeline(); }
  void expect_one_warning_of(const std::string& text) {
    std::vector<std::string> warnings;
    EXPECT_TRUE(eventually([&] {
      (void)TlsClient(port()).handshake();
      for (auto& warning : take_warnings(pipeline())) warnings.push_back(warning);
      return !warnings.empty();
    }));
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_NE(warnings[0].find("The earlier TLS certificate stays"), std::string::npos) << warnings[0];
    EXPECT_NE(warnings[0].find(text), std::string::npos) << warnings[0];
  }

  const CertificateFiles first_ = make_certificate("first");
  const CertificateFiles second_ = make_certificate("second");
  const CertificateFiles used_{scratch("used.crt"), scratch("used.key")};
  std::optional<TestPipeline> source_;
  std::optional<TestBin> bin_;
};

TEST_P(Renewed, FilesCountFromTheNextHandshakeOnAndNoPublisherEnds) {
  start(by_files());
  TcpPublisher publisher = TcpPublisher::secure(port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_TRUE(shows(port(), first_));
  copy(second_.certificate, used_.certificate);
  expect_one_warning_of(used_.key);
  EXPECT_TRUE(shows(port(), first_));
  copy(second_.key, used_.key);
  EXPECT_TRUE(eventually([&] { return shows(port(), second_); }));
  EXPECT_TRUE(take_warnings(pipeline()).empty());
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  if (GetParam() == "") {
    EXPECT_EQ(TcpPublisher::secure(port()).publish("live", "key"), kStart);
  }
}

TEST_P(Renewed, AnObjectCountsFromTheNextHandshakeOn) {
  start(by_files());
  const auto second = load(second_);
  g_object_set(element(), "tls-certificate", second.get(), nullptr);
  EXPECT_TRUE(shows(port(), second_));
  TcpPublisher publisher = TcpPublisher::secure(port());
  EXPECT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_TRUE(take_warnings(pipeline()).empty());
}

TEST_P(Renewed, AnObjectThatCannotBeUsedIsAWarning) {
  start(by_files());
  const GObjectPtr<GTlsCertificate> without_key(
      g_tls_certificate_new_from_file(second_.certificate.c_str(), nullptr));
  g_object_set(element(), "tls-certificate", without_key.get(), nullptr);
  expect_one_warning_of("private key");
  EXPECT_TRUE(shows(port(), first_));
}

TEST_P(Renewed, AnObjectIsAWarningWhereThereIsNoTls) {
  start("");
  const auto second = load(second_);
  g_object_set(element(), "tls-certificate", second.get(), nullptr);
  const auto warnings = take_warnings(pipeline());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("begins with a start alone"), std::string::npos) << warnings[0];
  TcpPublisher publisher(port());
  EXPECT_EQ(publisher.publish("live", "key"), kStart);
}

INSTANTIATE_TEST_SUITE_P(All, Renewed,
                         testing::Values("", "keep-listening=true stream-key=key", "max-publishers=0"),
                         [](const auto& test) {
                           return test.param.empty()     ? "Source"
                                  : test.param[0] == 'm' ? "BinForSeveral"
                                                         : "BinForOne";
                         });

TEST(ClientCertificate, IsToldToTheHandlerByItsSubject) {
  const Authorities authorities("element");
  const CertificateFiles files = authorities.sign("/CN=camera 1");
  const CertificateFiles server = make_certificate("server");
  TestPipeline pipeline("certificate-file=" + server.certificate + " private-key-file=" + server.key +
                        " tls-ca-file=" + authorities.root());
  std::string subject;
  g_signal_connect(pipeline.src(), "client-connecting",
                   G_CALLBACK(+[](GstElement*, GstStructure* client, std::string* told) -> gboolean {
                     *told = text(client, "certificate-subject");
                     return TRUE;
                   }),
                   &subject);
  pipeline.play();
  auto client = std::make_unique<TlsClient>(pipeline.port());
  const auto certificate = load(files);
  client->show(certificate.get());
  ASSERT_TRUE(client->handshake());
  TcpPublisher publisher(std::move(client));
  EXPECT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_EQ(subject, "CN=camera 1");
}

TEST(ClientCertificate, NeedsAnAuthorityThatCanBeRead) {
  const CertificateFiles server = make_certificate("server");
  TestPipeline pipeline("certificate-file=" + server.certificate + " private-key-file=" + server.key +
                        " tls-ca-file=" + scratch("nowhere.pem"));
  pipeline.play();
  const std::string error = pipeline.wait();
  EXPECT_NE(error.find("nowhere.pem"), std::string::npos) << error;
}

}  // namespace
}  // namespace rtmp::test
