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

}  // namespace rtmp::test
