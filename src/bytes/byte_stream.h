// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rtmp/result.h"

namespace rtmp {

/// A connection as the protocol sees it: two blocking directions. One thread uses it at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Waits until at least one byte is there, then takes what is there in one call: into `first` (never
  /// empty), and what does not fit into `second` (may be empty). Returns the number of bytes, kEndOfStream
  /// once the peer has closed its side, or what broke the connection.
  virtual Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) = 0;

  /// Whether there is something to read, or the end, or comes within `patience`. Blocks so long at most. True
  /// where that cannot be told.
  virtual bool becomes_readable(std::chrono::milliseconds /*patience*/) { return true; }

  /// Writes all of `bytes`, waiting where it must.
  virtual Result<void> write(std::span<const std::uint8_t> bytes) = 0;
};

}  // namespace rtmp
