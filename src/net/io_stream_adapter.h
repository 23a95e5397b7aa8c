// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <memory>
#include <optional>
#include <span>

#include "byte_stream.h"
#include "glib_ptr.h"

namespace rtmp {

/// A ByteStream as the GIOStream on which a GTlsConnection runs. Its reads and writes are those of `inner`,
/// in the calling thread, and block as these do. It cannot be polled.
///
/// If `inner` fails or ends, GIO is given G_IO_ERROR_CANCELLED. That is the only error after which a TLS
/// session can still be used, so after a read was interrupted there can be a write. failure() has the Error
/// itself.
class IoStreamAdapter {
 public:
  /// `inner` must outlive this object, but need not outlive stream().
  explicit IoStreamAdapter(ByteStream& inner);
  /// From now on stream(), which GIO may keep for a while longer, does not call `inner`.
  ~IoStreamAdapter();
  IoStreamAdapter(const IoStreamAdapter&) = delete;
  IoStreamAdapter& operator=(const IoStreamAdapter&) = delete;

  [[nodiscard]] GIOStream* stream() const { return stream_.get(); }

  /// Returns the next n bytes, at most kReadAhead, which stream() has yet to give. Blocks until they are
  /// there.
  Result<std::span<const std::uint8_t>> peek(std::size_t n);

  /// From now on a handshake record that arrives ends the stream, with kBadHandshake. In TLS 1.2 it would
  /// begin a renegotiation. The messages that TLS 1.3 sends after a handshake look like data.
  void refuse_handshakes();

  /// Begins an operation, so that a read may be tried again. A write may not, once one has failed.
  void clear_failure();
  /// Returns how `inner` has failed since clear_failure(). It is not read again until the next
  /// clear_failure().
  [[nodiscard]] const std::optional<Error>& failure() const;

  /// A read takes what is there, up to this many bytes. The longest record of TLS has half as many. More
  /// would not be cheaper, because the bytes are handed on while they are in the cache.
  static constexpr std::size_t kReadAhead = 32 << 10;

  struct State;

 private:
  std::shared_ptr<State> state_;
  GObjectPtr<GIOStream> stream_;
};

}  // namespace rtmp
