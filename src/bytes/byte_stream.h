// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "rtmp/result.h"

namespace rtmp {

/// A connection as the protocol sees it: it reads and writes bytes, and blocks. One thread uses it at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Blocks until at least one byte has come. Then it takes what is there in one call: into `first`, which is
  /// never empty, and the rest into `second`, which may be empty. Returns the number of bytes, or
  /// kEndOfStream once the peer has closed its side, or the error that broke the connection.
  virtual Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) = 0;

  /// Returns the memory that a read may fill, which is never empty. It stays valid until the read returns.
  using Room = std::function<std::span<std::uint8_t>()>;
  /// Blocks and reads as read() does, and asks for the room only when something is there, if this can be
  /// told. If it fails, it may not have asked.
  virtual Result<std::size_t> read_when_there(const Room& room) { return read(room(), {}); }

  /// Returns whether bytes or the end of the stream are there to read, or come within `patience`. Blocks for
  /// that time at most. Returns true if this cannot be told.
  virtual bool becomes_readable(std::chrono::milliseconds /*patience*/) { return true; }

  /// Writes all bytes. Blocks until they are written. A failure is that of the connection.
  virtual Result<void> write(std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace rtmp
