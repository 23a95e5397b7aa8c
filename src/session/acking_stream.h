// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "byte_stream.h"
#include "rtmp/counters.h"
#include "rtmp/limits.h"

namespace rtmp {

/// A ByteStream that counts what it reads. It acknowledges it (RTMP 1.0, section 5.4.3) to a peer that has
/// named a window, so that no more than that ever goes without: also in the middle of a message that is
/// longer. A peer that named none gets one when it has fallen silent behind half of
/// limits::kDefaultAckWindow, which some encoders wait for. No sooner: FFmpeg, which names none, closes as
/// soon as it has written all, and what reaches a socket that is closed makes the peer's system drop what it
/// has not sent yet. And none behind twice the window: who has come so far without does not wait, but the
/// network may.
///
/// It can end at a number of bytes, whatever they are: a limit that looked at messages would miss those that
/// are never complete.
class AckingStream final : public ByteStream {
 public:
  /// Both must outlive the stream.
  AckingStream(ByteStream& inner, ConnectionCounters& counters) : inner_(inner), counters_(counters) {}

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// Begins to acknowledge. The handshake's bytes count, as with librtmp, but go without.
  void start() { started_ = true; }
  /// The window that the peer names, in bytes; 0 is passed over, anything else brought into the limits.
  void set_window(std::uint32_t bytes);
  /// The peer has acknowledged so many of the bytes that were written: a counter of 32 bits, which wraps. One
  /// that cannot be is passed over.
  void acknowledged(std::uint32_t bytes);
  /// So many more bytes are read, for a peer that does not publish; then read() fails with kLimitExceeded.
  void allow(std::uint64_t bytes) { most_ = received() + bytes; }
  void allow_any_number() { most_ = kAnyNumber; }
  /// Bytes read since the connection began.
  [[nodiscard]] std::uint64_t received() const { return counters_.in_bytes_total.get(); }

 private:
  static constexpr std::uint64_t kAnyNumber = std::numeric_limits<std::uint64_t>::max();

  bool is_due();
  Result<void> acknowledge();

  /// Bytes read that no acknowledgement was sent for.
  [[nodiscard]] std::uint64_t unacknowledged() const { return received() - counters_.in_bytes_acked.get(); }

  ByteStream& inner_;
  ConnectionCounters& counters_;
  bool started_ = false;
  std::optional<std::uint32_t> window_;
  std::uint64_t most_ = kAnyNumber;
};

}  // namespace rtmp
