// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gio/gio.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "certificate_files.h"
#include "process.h"
#include "rtmp/tls_certificate.h"

namespace rtmp::test {
namespace {

const CertificateFiles& good() {
  static const CertificateFiles files = make_certificate("good");
  return files;
}

std::string file_with(const std::string& name, const std::string& text) {
  std::string path = scratch(name);
  std::ofstream(path) << text;
  return path;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What opens, and cannot be read, whoever runs the test.
std::string unreadable(const std::string& name) {
  std::string path = scratch(name);
  std::filesystem::create_directory(path);
  return path;
}

// "" if both load; where they do not, the file that the error names at its start.
std::string culprit(const std::string& certificate, const std::string& key) {
  const auto loaded = load_certificate(certificate, key);
  if (loaded) return "";
  EXPECT_EQ(loaded.error().code, ErrorCode::kBadCertificate);
  const std::string& detail = loaded.error().detail;
  const std::size_t end = detail.find(": ");
  EXPECT_LT(end + 2, detail.size()) << "no reason in '" << detail << "'";
  return detail.substr(0, end);
}

TEST(Certificate, LoadsWithItsKey) {
  const auto loaded = load_certificate(good().certificate, good().key);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_TRUE(check_certificate(loaded->get()));
}

TEST(Certificate, LoadsWithItsKeyFromOneFile) {
  const std::string both = contents(good().key) + contents(good().certificate);
  EXPECT_EQ(culprit(file_with("both.pem", both), ""), "");
}

TEST(Certificate, IsMissing) { EXPECT_EQ(culprit(scratch("none.crt"), good().key), scratch("none.crt")); }

TEST(Certificate, CannotBeRead) {
  const std::string file = unreadable("unreadable.crt");
  EXPECT_EQ(culprit(file, good().key), file);
}

TEST(Certificate, IsGarbage) {
  const std::string file = file_with("garbage.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n");
  EXPECT_EQ(culprit(file, good().key), file);
  EXPECT_EQ(culprit(good().key, good().key), good().key);  // a key is no certificate
}

TEST(Certificate, LacksItsKey) { EXPECT_EQ(culprit(good().certificate, ""), good().certificate); }

TEST(PrivateKey, IsMissing) {
  EXPECT_EQ(culprit(good().certificate, scratch("none.key")), scratch("none.key"));
}

TEST(PrivateKey, CannotBeRead) {
  const std::string file = unreadable("unreadable.key");
  EXPECT_EQ(culprit(good().certificate, file), file);
}

TEST(PrivateKey, IsGarbage) {
  const std::string file = file_with("garbage.key", "-----BEGIN PRIVATE KEY-----\nMIIB\n");
  EXPECT_EQ(culprit(good().certificate, file), file);
  EXPECT_EQ(culprit(good().certificate, good().certificate), good().certificate);
}

TEST(PrivateKey, IsOfAnotherCertificate) {
  const CertificateFiles other = make_certificate("other");
  EXPECT_EQ(culprit(good().certificate, other.key), other.key);
  const std::string both = file_with("mixed.pem", contents(good().certificate) + contents(other.key));
  EXPECT_EQ(culprit(both, ""), both);
}

TEST(PrivateKey, IsOfAnotherKind) {
  const std::string rsa = scratch("rsa.key");
  run({"openssl", "genrsa", "-out", rsa, "2048"});
  EXPECT_EQ(culprit(good().certificate, rsa), rsa);
}

TEST(Certificate, WithoutAKeyDoesNotPassTheCheck) {
  GTlsCertificate* certificate = g_tls_certificate_new_from_file(good().certificate.c_str(), nullptr);
  ASSERT_NE(certificate, nullptr);
  const auto checked = check_certificate(certificate);
  g_object_unref(certificate);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kBadCertificate);
  EXPECT_EQ(checked.error().detail, "there is no private key with the certificate");
}

// Which TLS there is, GIO decides once in a process: this takes one of its own.
TEST(CertificateDeathTest, NeedsGlibNetworking) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        g_setenv("GIO_USE_TLS", "dummy", TRUE);
        const auto loaded = load_certificate("any.crt", "");
        std::fputs(loaded ? "loaded" : loaded.error().detail.c_str(), stderr);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "install glib-networking");
}

}  // namespace
}  // namespace rtmp::test
