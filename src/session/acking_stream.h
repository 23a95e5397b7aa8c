// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "byte_stream.h"
#include "rtmp/limits.h"

namespace rtmp {

/// A ByteStream that acknowledges what it reads (RTMP 1.0, section 5.4.3), so that no more than a window
/// of bytes ever goes without: also in the middle of a message that is longer than the window.
class AckingStream final : public ByteStream {
 public:
  explicit AckingStream(ByteStream& inner) : inner_(inner) {}

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override { return inner_.write(bytes); }

  /// Begins to acknowledge. The handshake's bytes count, as with librtmp, but go without.
  void start() { started_ = true; }
  /// The window that the peer asks for, in bytes; 0 is passed over, anything else brought into the limits.
  void set_window(std::uint32_t bytes);
  /// Bytes read since the connection began.
  [[nodiscard]] std::uint64_t received() const { return received_; }

 private:
  Result<void> acknowledge();

  ByteStream& inner_;
  bool started_ = false;
  std::uint32_t window_ = limits::kDefaultAckWindow;
  std::uint64_t received_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace rtmp
