// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>

#include "rtmp/result.h"

typedef struct _GTlsCertificate GTlsCertificate;
typedef struct _GTlsDatabase GTlsDatabase;

namespace rtmp {

/// The certificate of a server, with its chain and its private key. A reference; any thread may hold it.
using TlsCertificate = std::shared_ptr<GTlsCertificate>;

/// The authorities that sign the certificates of clients. A reference; any thread may use it.
using TlsAuthorities = std::shared_ptr<GTlsDatabase>;

/// The PEM files of a server.
struct TlsFiles {
  std::string certificate{};  // with its chain
  std::string private_key{};  // empty: the file of the certificate has the key, too
  std::string authorities{};
  bool operator==(const TlsFiles&) const = default;
};

/// Loads PEM files. If `private_key_file` is empty, `certificate_file` has the key, too. A kBadCertificate
/// error names the file and the reason. Calls check_certificate(), and blocks as long.
Result<TlsCertificate> load_certificate(const std::string& certificate_file,
                                        const std::string& private_key_file);

/// Loads a PEM file with the certificates of authorities. A kBadCertificate error names the file and the
/// reason.
Result<TlsAuthorities> load_authorities(const std::string& file);

/// Checks that the certificate has a private key and that the two belong together: a TLS handshake between
/// two sides in this process must succeed. Blocks for some milliseconds, and for 10 seconds at most. Dates,
/// names and issuers are not checked; the clients judge these.
Result<void> check_certificate(GTlsCertificate* certificate);

}  // namespace rtmp
