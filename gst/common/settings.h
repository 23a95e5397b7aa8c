// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <optional>
#include <string>

#include "rtmp/server.h"

namespace rtmp {

/// What time the bytes of the stream have.
enum class Timestamps {
  kOriginal,   // the publisher's
  kCorrected,  // that at which it is due
};

/// What the element's properties hold. They are read when the element starts, the latency at any time.
struct Settings {
  std::string host;  // empty: every address
  guint port = 1935;
  MountSpec mount;  // but for its credentials
  std::string trusted_networks;
  std::optional<std::string> username;
  std::string password;
  TlsCertificate certificate;
  std::string certificate_file;
  std::string private_key_file;
  bool secure = false;  // asked for by the URI, whatever the certificate is
  guint latency_ms = 200;
  guint max_queue_bytes = 4 << 20;
  bool keep_listening = false;
  Timestamps timestamps = Timestamps::kOriginal;

  /// The server to share, its certificate loaded and checked; kBadCertificate if that cannot be.
  [[nodiscard]] Result<ServerConfig> server_config() const;
  /// The mount to claim; kBadNetwork if a network in trusted_networks cannot be read.
  [[nodiscard]] Result<MountSpec> mount_spec() const;
};

}  // namespace rtmp
