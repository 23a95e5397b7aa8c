// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>

#include "rtmp/result.h"

typedef struct _GTlsCertificate GTlsCertificate;

namespace rtmp {

/// A server's certificate, the chain behind it, and its private key. Holds a reference; any thread may.
using TlsCertificate = std::shared_ptr<GTlsCertificate>;

/// Loads PEM files. Without `private_key_file`, the key is in `certificate_file`. A kBadCertificate names the
/// file that is at fault, and why. Blocks as check_certificate() does.
Result<TlsCertificate> load_certificate(const std::string& certificate_file,
                                        const std::string& private_key_file);

/// Whether the certificate has a private key, and the two belong together: TLS between two sides in this
/// process has to succeed. Takes some milliseconds, 10 seconds at worst. Dates, names and issuers are not
/// looked at: these are the clients' to judge.
Result<void> check_certificate(GTlsCertificate* certificate);

}  // namespace rtmp
