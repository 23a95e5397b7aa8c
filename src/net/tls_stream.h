// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <functional>

#include "byte_stream.h"
#include "glib_ptr.h"
#include "io_stream_adapter.h"

namespace rtmp {

/// The server's side of TLS (1.2 or later) as a ByteStream on another one. One thread uses it at a time.
///
/// Deadlines and cancelling are those of `inner`. What stops `inner` comes out unchanged, its end included,
/// whether or not the peer announced it (close_notify): RTMP has an end of its own. After a read that failed
/// so, reads and writes may be tried again.
class TlsStream final : public ByteStream {
 public:
  /// `inner` must outlive the stream. The certificate has its private key (see check_certificate()).
  TlsStream(ByteStream& inner, GTlsCertificate* certificate);

  /// Comes first, and once. Nothing else may follow unless it succeeds. kBadHandshake, with the reason, if
  /// the peer does not speak TLS or the two do not agree. GIO runs all but the beginning of it in a thread of
  /// its pool, which then calls `inner` while this one waits. `begins` is called before, when the client's
  /// first message is there, whole; if it fails, so does the handshake.
  Result<void> handshake(const std::function<Result<void>()>& begins = [] { return Result<void>(); });

  /// `second` stays as it is: what does not fit into `first` is for the next read. kIo if what arrives is no
  /// TLS, or is an alert; kBadHandshake if it is another handshake, which a client of TLS 1.2 could ask for
  /// again and again.
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// Tells the peer (close_notify) that nothing more is written. It may never hear it.
  void finish();

 private:
  Result<void> expect_client_hello();
  [[nodiscard]] Error failure(ErrorCode code, GError* error) const;

  ByteStream& inner_;
  GObjectPtr<GTlsCertificate> certificate_;
  GObjectPtr<GIOStream> connection_;  // since handshake()
  IoStreamAdapter
      io_;  // goes first: to the connection's own end, which would write, there is no peer any more
};

}  // namespace rtmp
