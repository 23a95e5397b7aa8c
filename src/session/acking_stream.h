// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "byte_stream.h"
#include "rtmp/counters.h"
#include "rtmp/limits.h"

namespace rtmp {

/// A ByteStream that counts the bytes that it reads and acknowledges them (RTMP 1.0, section 5.4.3).
///
/// A peer that has named a window gets acknowledgements so often that no more bytes than the window are ever
/// unacknowledged, even in the middle of a message that is longer than the window.
///
/// A peer that has named no window gets an acknowledgement only if it falls silent when half of
/// limits::kDefaultAckWindow or more is unacknowledged, because some encoders wait for one. It gets none
/// sooner: FFmpeg, which names no window, closes its socket as soon as it has written everything, and if
/// anything reaches a closed socket, the peer's system drops what it has not sent yet. It gets none any more
/// once more than twice the window is unacknowledged: an encoder that has sent so much does not wait, so the
/// silence is one of the network.
///
/// The stream can be limited to a number of bytes, whatever they are. A limit for messages would not stop a
/// peer that never completes one.
class AckingStream final : public ByteStream {
 public:
  /// The stream and the writer must outlive this.
  AckingStream(ByteStream& inner, ConnectionCounters& counters) : inner_(inner), counters_(counters) {}

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<std::size_t> read_when_there(const Room& room) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// Begins to acknowledge. The bytes of the handshake count, as with librtmp, but are not acknowledged
  /// alone.
  void start() { started_ = true; }
  /// Sets the window that the peer has named, in bytes. 0 is ignored; other values are brought into the
  /// limits.
  void set_window(std::uint32_t bytes);
  /// The peer has acknowledged this number of the bytes that were written. It is a counter of 32 bits, which
  /// wraps. A number that is not possible is ignored.
  void acknowledged(std::uint32_t bytes);
  /// Lets the peer, which does not publish yet, send `bytes` more. After them, read() fails with
  /// kLimitExceeded.
  void allow(std::uint64_t bytes) { most_ = received() + bytes; }
  void allow_any_number() { most_ = kAnyNumber; }
  /// Returns how many bytes were read since the connection began.
  [[nodiscard]] std::uint64_t received() const { return counters_.in_bytes_total.get(); }

 private:
  static constexpr std::uint64_t kAnyNumber = std::numeric_limits<std::uint64_t>::max();

  template <class Read>
  Result<std::size_t> read_at_most(Read read);
  bool is_due();
  Result<void> acknowledge();

  /// Returns how many bytes were read and not acknowledged.
  [[nodiscard]] std::uint64_t unacknowledged() const { return received() - counters_.in_bytes_acked.get(); }

  ByteStream& inner_;
  ConnectionCounters& counters_;
  bool started_ = false;
  std::optional<std::uint32_t> window_;
  std::uint64_t most_ = kAnyNumber;
};

}  // namespace rtmp
