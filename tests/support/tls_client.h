// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include "byte_stream.h"
#include "glib_ptr.h"
#include "wire.h"

namespace rtmp::test {

/// GIO's TLS client on a real socket, which trusts any server. Every wait ends after some seconds.
class TlsClient final : public ByteStream {
 public:
  /// Connects to this machine.
  explicit TlsClient(std::uint16_t port);

  /// Below TLS.
  bool send_raw(const Bytes& bytes);

  bool handshake();
  bool send(const Bytes& bytes);
  /// What comes until there are n bytes, or no more of them.
  Bytes receive(std::size_t n);
  /// Whether the server has said (close_notify) that it is done, and not just closed the connection.
  bool told_of_the_end();

  /// kEndOfStream only where the server has said so; kIo where it has just closed the connection.
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// Ends the connection: announced, or as it is.
  void close();
  void drop();

 private:
  GObjectPtr<GSocket> socket_;
  GObjectPtr<GSocketConnection> base_;
  GObjectPtr<GIOStream> tls_;
};

}  // namespace rtmp::test
