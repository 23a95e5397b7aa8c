// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <memory>
#include <optional>
#include <span>

#include "byte_stream.h"
#include "glib_ptr.h"

namespace rtmp {

/// A ByteStream as the GIOStream that a GTlsConnection runs on. Its reads and writes are those of `inner`, in
/// the calling thread, and block as these do; nothing polls it.
///
/// Whatever stops `inner`, its end included, is G_IO_ERROR_CANCELLED to GIO: of all errors that one alone
/// leaves a TLS session usable, so that after a read was interrupted there can be a write. The Error itself
/// is in failure().
class IoStreamAdapter {
 public:
  /// `inner` must outlive this object, but need not outlive stream().
  explicit IoStreamAdapter(ByteStream& inner);
  /// From now on stream(), which GIO may hold for a while longer, does not call `inner`.
  ~IoStreamAdapter();
  IoStreamAdapter(const IoStreamAdapter&) = delete;
  IoStreamAdapter& operator=(const IoStreamAdapter&) = delete;

  [[nodiscard]] GIOStream* stream() const { return stream_.get(); }

  /// The next n bytes, which stream() has yet to give: n is at most kReadAhead. Blocks until they are there.
  Result<std::span<const std::uint8_t>> peek(std::size_t n);

  /// From now on a record of a handshake that arrives ends the stream, with kBadHandshake. In TLS 1.2 that is
  /// a renegotiation; what TLS 1.3 has to say behind a handshake looks like data.
  void refuse_handshakes();

  /// Begins an operation: a read may be tried again. A write may not, once one has failed.
  void clear_failure();
  /// What `inner` failed with since then. It is not read again until the next clear_failure().
  [[nodiscard]] const std::optional<Error>& failure() const;

  /// A read takes what is there, up to so many bytes. The longest record of TLS has half of that. More would
  /// not cost less: it goes on from here while it is in the cache.
  static constexpr std::size_t kReadAhead = 32 << 10;

  struct State;

 private:
  std::shared_ptr<State> state_;
  GObjectPtr<GIOStream> stream_;
};

}  // namespace rtmp
