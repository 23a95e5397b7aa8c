// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "byte_writer.h"
#include "message.h"

namespace rtmp {

/// A message to send. Its chunk stream id is 2 to 63.
struct OutgoingMessage {
  std::uint8_t chunk_stream = 0;
  MessageType type{};
  std::uint32_t stream_id = 0;
  std::uint32_t timestamp = 0;
  std::span<const std::uint8_t> body;
};

/// Divides messages into chunks. The first chunk of a message has a type 0 header, the others type 3.
class ChunkWriter {
 public:
  /// Appends the chunks of `message` to `out`.
  void write(const OutgoingMessage& message, ByteWriter& out) const;

  /// Sets the chunk size for the next message and those after it, in bytes. At least 1.
  void set_chunk_size(std::uint32_t bytes) { chunk_size_ = bytes; }

 private:
  std::uint32_t chunk_size_ = 128;
};

}  // namespace rtmp
