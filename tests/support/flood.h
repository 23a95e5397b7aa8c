// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "tcp_publisher.h"
#include "wire.h"

namespace rtmp::test {

/// Writes bytes to a publisher's connection that take much memory where they are read, and takes no memory
/// itself. No function does anything once the connection has failed.
class Flood {
 public:
  explicit Flood(TcpPublisher& publisher) : publisher_(publisher) {}

  void chunk_size(std::uint32_t bytes);
  /// A whole message in one chunk, if the chunk size allows it: `start`, then zeros up to `size`.
  void message(MessageType type, const Bytes& start, std::uint32_t size, std::uint32_t timestamp = 0);
  /// The header of a message of `length` bytes, and the next of its chunks: `size` zeros.
  void open(std::uint8_t chunk_stream, MessageType type, std::uint32_t length, std::uint32_t timestamp = 0);
  void go_on(std::uint8_t chunk_stream);
  void zeros(std::size_t size);
  /// Writes `unit` this many times.
  void repeat(const Bytes& unit, std::size_t times);

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void write(std::span<const std::uint8_t> bytes);

  TcpPublisher& publisher_;
  bool failed_ = false;
};

}  // namespace rtmp::test
