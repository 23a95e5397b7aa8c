// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

namespace rtmp {

/// The other side of a connection.
struct Peer {
  std::string host;  // an IPv4 or IPv6 address as text
  std::uint16_t port = 0;
  bool secure = false;  // the connection uses TLS
  std::string
      subject{};  // of the certificate that it has shown, such as "CN=camera 1,O=Example"; empty: none

  /// Returns address and port, such as "127.0.0.1:1935" or "[::1]:1935".
  [[nodiscard]] std::string text() const;
};

}  // namespace rtmp
