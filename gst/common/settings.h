// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "rtmp/server.h"

namespace rtmp {

/// Which timestamps the FLV tags have.
enum class Timestamps {
  kOriginal,   // those of the publisher
  kCorrected,  // the times at which the tags are due
};

/// Whether balancers name their clients by the PROXY protocol.
enum class ProxyProtocol {
  kOff,
  kTrusted,  // those in trusted_proxies do, and must
};

/// What a port does while an element takes nobody new.
enum class DrainMode {
  kRefuse,  // it is open, and newcomers are told
  kClose,   // it is closed
};

/// The values of an element's properties. The element reads them when it starts, and the latency, the
/// certificate and whether it accepts publishers at any time.
struct Settings {
  std::string host;  // empty: all addresses
  guint port = 1935;
  MountSpec mount;  // without its credentials
  std::string trusted_networks;
  std::string allowed_networks;
  bool accepting = true;
  DrainMode drain_mode = DrainMode::kRefuse;
  ProxyProtocol proxy_protocol = ProxyProtocol::kOff;
  std::string trusted_proxies;
  std::optional<std::string> username;
  std::string password;
  TlsCertificate certificate;
  std::string certificate_file;
  std::string private_key_file;
  std::string ca_file;
  TlsMode tls_mode = TlsMode::kRequired;
  bool secure = false;  // the URI asks for TLS, whatever the certificate is
  guint latency_ms = 200;
  guint max_queue_bytes = 4 << 20;
  bool keep_listening = false;
  Timestamps timestamps = Timestamps::kOriginal;

  [[nodiscard]] Accepting accepts() const {
    if (accepting) return Accepting::kYes;
    return drain_mode == DrainMode::kClose ? Accepting::kClosed : Accepting::kNo;
  }
  /// Returns the configuration of the server to share. Loads and checks the certificate, and blocks as
  /// load_certificate() does. Returns kBadCertificate if that fails, and kBadNetwork if trusted_proxies is
  /// needed and is not a list of networks.
  [[nodiscard]] Result<ServerConfig> server_config() const;
  /// Returns the mount to claim, or kBadNetwork if one of the lists of networks is none. `owner` is the
  /// element.
  [[nodiscard]] Result<MountSpec> mount_spec(GstObject* owner) const;
};

}  // namespace rtmp
