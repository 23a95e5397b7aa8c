// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

namespace rtmp {
namespace {

Result<Networks> parse_networks(const char* property, const std::string& text) {
  auto networks = Networks::parse(text);
  if (!networks) return Error{networks.error().code, std::string(property) + ", " + networks.error().detail};
  return networks;
}

}  // namespace

Result<ServerConfig> Settings::server_config() const {
  ServerConfig config{.host = host,
                      .port = static_cast<std::uint16_t>(port),
                      .certificate = certificate,
                      .tls_mode = tls_mode};
  if (proxy_protocol == ProxyProtocol::kTrusted) {
    auto proxies = parse_networks("trusted-proxies", trusted_proxies);
    if (!proxies) return std::move(proxies).error();
    if (proxies->empty())
      return Error{ErrorCode::kBadNetwork, "trusted-proxies, which proxy-protocol needs: there are none"};
    config.proxies = *std::move(proxies);
  }
  if (certificate) {
    if (auto checked = check_certificate(certificate.get()); !checked) return std::move(checked).error();
  } else if (!certificate_file.empty()) {
    auto loaded = load_certificate(certificate_file, private_key_file);
    if (!loaded) return std::move(loaded).error();
    config.certificate = *std::move(loaded);
    config.tls_files = {.certificate = certificate_file, .private_key = private_key_file};
  } else if (secure || !private_key_file.empty() || !ca_file.empty() || tls_mode == TlsMode::kOptional) {
    return Error{ErrorCode::kBadCertificate, "there is none: set certificate-file or tls-certificate"};
  }
  if (!ca_file.empty()) {
    auto authorities = load_authorities(ca_file);
    if (!authorities) return std::move(authorities).error();
    config.authorities = *std::move(authorities);
    config.tls_files.authorities = ca_file;
  }
  return config;
}

Result<MountSpec> Settings::mount_spec(GstObject* owner) const {
  MountSpec spec = mount;
  gchar* path = gst_object_get_path_string(owner);
  spec.owner = path;
  g_free(path);
  auto trusted = parse_networks("trusted-networks", trusted_networks);
  if (!trusted) return std::move(trusted).error();
  spec.door.trusted = *std::move(trusted);
  auto allowed = parse_networks("allowed-networks", allowed_networks);
  if (!allowed) return std::move(allowed).error();
  spec.door.allowed = *std::move(allowed);
  spec.accepting = accepts();
  if (username) spec.credentials = Credentials{*username, password};
  return spec;
}

}  // namespace rtmp
