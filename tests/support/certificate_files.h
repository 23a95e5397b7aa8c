// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace rtmp::test {

/// PEM files in the folder of this process.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

/// A self-signed certificate for 127.0.0.1 and "localhost", made by the openssl program; `name` begins the
/// names of its files.
CertificateFiles make_certificate(const std::string& name);

/// An authority, and another one that it has signed.
class Authorities {
 public:
  explicit Authorities(const std::string& name);
  /// Returns a certificate with this subject ("/CN=localhost"), which the second authority has signed. The
  /// file has the chain up to it.
  CertificateFiles sign(const std::string& subject) const;
  /// The certificate of the first authority.
  [[nodiscard]] const std::string& root() const { return root_.certificate; }

 private:
  CertificateFiles make(const std::string& name, const std::string& subject, const std::string& extensions,
                        const CertificateFiles* signer) const;

  const std::string name_;
  const std::string config_;
  CertificateFiles root_;
  CertificateFiles intermediate_;
};

}  // namespace rtmp::test
