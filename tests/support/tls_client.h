// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <string>

#include "byte_stream.h"
#include "glib_ptr.h"
#include "wire.h"

namespace rtmp::test {

/// GIO's TLS client on a real socket, which trusts any server. Every wait fails after some seconds.
class TlsClient final : public ByteStream {
 public:
  /// Connects to this machine.
  explicit TlsClient(std::uint16_t port);

  /// Sends bytes without TLS.
  bool send_raw(const Bytes& bytes);

  /// Shows this certificate in the handshake, if the server asks for one.
  void show(GTlsCertificate* certificate);
  bool handshake();
  /// Returns the server's certificate as PEM, after the handshake.
  std::string server_certificate();
  bool send(const Bytes& bytes);
  /// Returns what comes until there are n bytes, or until the end.
  Bytes receive(std::size_t n);
  /// Returns whether the server has said that it is done (close_notify), and has not only closed the
  /// connection.
  bool told_of_the_end();

  /// kEndOfStream only if the server has said so. kIo if it has only closed the connection.
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// Ends the connection, with an announcement or without one.
  void close();
  void drop();

 private:
  GObjectPtr<GSocket> socket_;
  GObjectPtr<GSocketConnection> base_;
  GObjectPtr<GIOStream> tls_;
};

}  // namespace rtmp::test
