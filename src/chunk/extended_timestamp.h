// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "read_buffer.h"

namespace rtmp {

/// A type 3 chunk of a message with an extended timestamp. Its basic header was taken already.
struct Type3Chunk {
  std::uint32_t field;      // the value that is repeated here, if the publisher repeats it
  std::size_t payload;      // bytes of the message in this chunk
  bool message_goes_on;     // whether more chunks of the message follow
  std::uint8_t next_type3;  // the byte that a further type 3 chunk of this chunk stream begins with
};

/// Decides whether a publisher repeats the extended timestamp in its type 3 chunks. The specification, FFmpeg
/// and GStreamer repeat it. Encoders that use librtmp did not for many years. MediaMTX writes four zero bytes
/// there. A publisher always does the same, so the first chunk that shows it clearly decides.
class ExtendedTimestampResolver {
 public:
  using KnownChunkStream = std::function<bool(std::uint32_t)>;

  /// Returns whether the next four bytes of `in` are an extended timestamp; they are buffered then. Takes
  /// nothing. Blocks only for bytes that the chunk has in either form, unless the bytes at hand begin like an
  /// extended timestamp.
  Result<bool> present(ReadBuffer& in, const Type3Chunk& chunk, const KnownChunkStream& known);

 private:
  enum class State { kUnknown, kPresent, kAbsent };
  State state_ = State::kUnknown;
};

}  // namespace rtmp
