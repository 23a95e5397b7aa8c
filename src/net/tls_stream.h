// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <functional>

#include "byte_stream.h"
#include "glib_ptr.h"
#include "io_stream_adapter.h"

namespace rtmp {

/// Returns whether a connection that begins with this byte speaks TLS.
bool begins_tls(std::uint8_t first);

/// The server's side of TLS 1.2 or later, as a ByteStream on another one. One thread uses it at a time.
///
/// Deadlines and cancellation are those of `inner`. Errors of `inner`, and its end, are returned unchanged.
/// The peer need not announce the end (close_notify), because RTMP has an end of its own. After a read that
/// failed in this way, reads and writes may be tried again.
class TlsStream final : public ByteStream {
 public:
  /// `inner` must outlive the stream. The certificate must have a private key (see check_certificate()).
  /// If there are authorities, the client must show a certificate that one of them has signed.
  TlsStream(ByteStream& inner, GTlsCertificate* certificate, GTlsDatabase* authorities = nullptr);

  /// Does the handshake. It must be called first, once, and must succeed before any other call. Returns
  /// kBadHandshake, with the reason, if the peer does not speak TLS or the two sides do not agree. GIO runs
  /// all but the beginning in a thread of its pool, which calls `inner` while this thread waits. `begins` is
  /// called when the client's first message has come completely. If it fails, the handshake fails.
  Result<void> handshake(const std::function<Result<void>()>& begins = [] { return Result<void>(); });

  /// Reads into `first` only; what does not fit is for the next read. Returns kIo if the bytes are not TLS,
  /// or are an alert. Returns kBadHandshake for another handshake, which a client of TLS 1.2 could ask for
  /// again and again.
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// Returns the subject of the certificate that the client has shown. "" if it has shown none.
  [[nodiscard]] std::string client_subject() const;

  /// Tells the peer that nothing more is written (close_notify). Does not wait until it has arrived.
  void finish();

 private:
  Result<void> expect_client_hello();
  [[nodiscard]] Error failure(ErrorCode code, GError* error) const;

  ByteStream& inner_;
  GObjectPtr<GTlsCertificate> certificate_;
  GObjectPtr<GTlsDatabase> authorities_;
  GObjectPtr<GIOStream> connection_;  // since handshake()
  IoStreamAdapter io_;  // is destroyed first: the connection writes at its end, and there is no peer any more
};

}  // namespace rtmp
