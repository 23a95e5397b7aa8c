// SPDX-License-Identifier: LGPL-2.1-or-later
// TLS and logins, by the element's properties.
#include <gio/gio.h>
#include <gtest/gtest.h>

#include <fstream>

#include "certificate_files.h"
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

const CertificateFiles& files() {
  static const CertificateFiles made = make_certificate("server");
  return made;
}

std::string written(const std::string& name, const std::string& contents) {
  const std::string path = scratch(name);
  std::ofstream(path) << contents;
  return path;
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Publishes over TLS, and what comes out is that.
void expect_secure(TestPipeline& pipeline) {
  pipeline.play();
  TcpPublisher plain(pipeline.port());
  EXPECT_EQ(plain.publish("live", "key"), "");
  TcpPublisher publisher = TcpPublisher::secure(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(60, 5000);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

TEST(Secure, ByCertificateFileAndPrivateKeyFile) {
  TestPipeline pipeline("certificate-file=" + files().certificate + " private-key-file=" + files().key);
  expect_secure(pipeline);
}

TEST(Secure, ByOneFileWithBoth) {
  const std::string both = written("both.pem", contents_of(files().certificate) + contents_of(files().key));
  TestPipeline pipeline("certificate-file=" + both);
  expect_secure(pipeline);
}

TEST(Secure, ByACertificateObject) {
  GObjectPtr<GTlsCertificate> certificate(
      g_tls_certificate_new_from_files(files().certificate.c_str(), files().key.c_str(), nullptr));
  ASSERT_TRUE(certificate);
  TestPipeline pipeline("certificate-file=/nonexistent");  // which is not looked at
  g_object_set(pipeline.src(), "tls-certificate", certificate.get(), nullptr);
  GTlsCertificate* held = nullptr;
  g_object_get(pipeline.src(), "tls-certificate", &held, nullptr);
  EXPECT_EQ(held, certificate.get());
  g_object_unref(held);
  expect_secure(pipeline);
}

TEST(Secure, ACertificateObjectWithoutItsKeyIsAnError) {
  GObjectPtr<GTlsCertificate> certificate(
      g_tls_certificate_new_from_file(files().certificate.c_str(), nullptr));
  ASSERT_TRUE(certificate);
  TestPipeline pipeline;
  g_object_set(pipeline.src(), "tls-certificate", certificate.get(), nullptr);
  pipeline.play();
  const std::string error = pipeline.wait();
  EXPECT_NE(error.find("private key"), std::string::npos) << error;
}

TEST(Secure, AnErrorNamesTheFileThatIsAtFault) {
  const std::string garbage = written("garbage.pem", "not PEM at all\n");
  const CertificateFiles others = make_certificate("other");
  const std::string nowhere = scratch("nowhere.pem");
  const struct {
    const char* what;
    std::string certificate, key, named;
  } cases[] = {
      {"no certificate file", nowhere, files().key, nowhere},
      {"no key file", files().certificate, nowhere, nowhere},
      {"garbage for a certificate", garbage, files().key, garbage},
      {"garbage for a key", files().certificate, garbage, garbage},
      {"a key in the certificate's place", files().key, "", files().key},
      {"no key", files().certificate, "", files().certificate},
      {"another certificate's key", files().certificate, others.key, others.key},
  };
  for (const auto& [what, certificate, key, named] : cases) {
    TestPipeline pipeline("certificate-file=" + certificate +
                          (key.empty() ? "" : " private-key-file=" + key));
    pipeline.play();
    const std::string error = pipeline.wait();
    EXPECT_NE(error.find("TLS certificate"), std::string::npos) << what << ": " << error;
    EXPECT_NE(error.find(named), std::string::npos) << what << ": " << error;
  }
}

TEST(Secure, AKeyWithoutACertificateIsAnError) {
  TestPipeline pipeline("private-key-file=" + files().key);
  pipeline.play();
  const std::string error = pipeline.wait();
  EXPECT_NE(error.find("certificate-file"), std::string::npos) << error;
}

TEST(Secure, TlsThatIsOptionalNeedsACertificateToo) {
  TestPipeline pipeline("tls-mode=optional");
  pipeline.play();
  const std::string error = pipeline.wait();
  EXPECT_NE(error.find("certificate-file"), std::string::npos) << error;
}

TEST(Login, AUserWhoCannotLogInIsAnErrorThatNamesThem) {
  for (const std::string& user : {""s, "a&b"s, "a?b"s, "a#b"s, "a=b"s, "a\nb"s, std::string(65, 'a')}) {
    TestPipeline pipeline;
    g_object_set(pipeline.src(), "username", user.c_str(), "password", "secret", nullptr);
    pipeline.play();
    const std::string error = pipeline.wait();
    EXPECT_NE(error.find("log in as '" + user + "'"), std::string::npos) << error;
    EXPECT_NE(error.find("Set username"), std::string::npos) << error;
    EXPECT_EQ(error.find("secret"), std::string::npos) << error;
  }
}

std::string publish_as(TestPipeline& pipeline, const std::string& login) {
  return run({"ffmpeg", "-nostdin", "-loglevel", "error", "-i", real_media(2), "-c", "copy", "-f", "flv",
              "rtmp://" + login + "127.0.0.1:" + std::to_string(pipeline.port()) + "/live/key"});
}

TEST(Login, OfTheRightUserIsAcceptedAndOfNoOther) {
  TestPipeline pipeline("username=user password=right");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  EXPECT_NE(publish_as(pipeline, "user:wrong@"), "");
  EXPECT_NE(publish_as(pipeline, "other:right@"), "");
  EXPECT_TRUE(pipeline.bytes().empty());
  EXPECT_EQ(publish_as(pipeline, "user:right@"), "");
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_GT(pipeline.pushed().size(), 60u);
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"rejected live  credentials", "rejected live  credentials",
                                                   "added live key", "removed live key unpublished"}));
}

}  // namespace
}  // namespace rtmp::test
