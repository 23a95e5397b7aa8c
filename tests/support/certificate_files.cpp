// SPDX-License-Identifier: LGPL-2.1-or-later
#include "certificate_files.h"

#include <fstream>
#include <vector>

#include "process.h"

namespace rtmp::test {

CertificateFiles make_certificate(const std::string& name) {
  CertificateFiles files{scratch(name + ".crt"), scratch(name + ".key")};
  run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out",
       files.certificate, "-keyout", files.key});
  return files;
}

Authorities::Authorities(const std::string& name) : name_(name), config_(scratch(name + ".cnf")) {
  std::ofstream(config_) << "[req]\ndistinguished_name=dn\n[dn]\n"
                            "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n"
                            "[leaf]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n";
  root_ = make("root", "/CN=" + name + " root", "ca", nullptr);
  intermediate_ = make("intermediate", "/CN=" + name + " intermediate", "ca", &root_);
}

CertificateFiles Authorities::sign(const std::string& subject) const {
  CertificateFiles files = make("leaf", subject, "leaf", &intermediate_);
  std::ofstream(files.certificate, std::ios::app) << std::ifstream(intermediate_.certificate).rdbuf();
  return files;
}

CertificateFiles Authorities::make(const std::string& name, const std::string& subject,
                                   const std::string& extensions, const CertificateFiles* signer) const {
  static int made = 0;
  const std::string start = name_ + "-" + name + std::to_string(made++);
  CertificateFiles files{scratch(start + ".crt"), scratch(start + ".key")};
  std::vector<std::string> command{"openssl",
                                   "req",
                                   "-x509",
                                   "-newkey",
                                   "ec",
                                   "-pkeyopt",
                                   "ec_paramgen_curve:prime256v1",
                                   "-nodes",
                                   "-days",
                                   "2",
                                   "-subj",
                                   subject,
                                   "-config",
                                   config_,
                                   "-extensions",
                                   extensions,
                                   "-out",
                                   files.certificate,
                                   "-keyout",
                                   files.key};
  if (signer) command.insert(command.end(), {"-CA", signer->certificate, "-CAkey", signer->key});
  run(command);
  return files;
}

}  // namespace rtmp::test
