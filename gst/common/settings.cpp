// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

namespace rtmp {
Result<ServerConfig> Settings::server_config() const {
  ServerConfig config{.host = host, .port = static_cast<std::uint16_t>(port), .certificate = certificate};
  if (certificate) {
    if (auto checked = check_certificate(certificate.get()); !checked) return std::move(checked).error();
  } else if (!certificate_file.empty()) {
    auto loaded = load_certificate(certificate_file, private_key_file);
    if (!loaded) return std::move(loaded).error();
    config.certificate = *std::move(loaded);
  } else if (secure || !private_key_file.empty()) {
    return Error{ErrorCode::kBadCertificate, "there is none: set certificate-file or tls-certificate"};
  }
  return config;
}

Result<MountSpec> Settings::mount_spec() const {
  MountSpec spec = mount;
  auto trusted = Networks::parse(trusted_networks);
  if (!trusted) return std::move(trusted).error();
  spec.door.trusted = *std::move(trusted);
  if (username) spec.credentials = Credentials{*username, password};
  return spec;
}

}  // namespace rtmp
