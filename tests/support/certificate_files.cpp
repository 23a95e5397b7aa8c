// SPDX-License-Identifier: LGPL-2.1-or-later
#include "certificate_files.h"

#include "process.h"

namespace rtmp::test {

CertificateFiles make_certificate(const std::string& name) {
  CertificateFiles files{scratch(name + ".crt"), scratch(name + ".key")};
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out",
       files.certificate, "-keyout", files.key});
  return files;
}

}  // namespace rtmp::test
