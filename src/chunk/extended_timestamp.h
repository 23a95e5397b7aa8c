// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "read_buffer.h"

namespace rtmp {

/// A type 3 chunk whose chunk stream uses extended timestamps, with its basic header already taken.
struct Type3Chunk {
  std::uint32_t field;      // the value that the specification has repeated here
  std::size_t payload;      // bytes of the message in this chunk
  bool message_goes_on;     // whether more chunks of the message follow
  std::uint8_t next_type3;  // the byte that a further type 3 chunk of this chunk stream begins with
};

/// Decides whether a publisher repeats the extended timestamp on its type 3 chunks. The specification says
/// so, FFmpeg and GStreamer do; librtmp-based encoders of many years do not; MediaMTX's writer sends four
/// zero bytes. One answer holds for a connection, and the first chunk that shows it clearly decides.
class ExtendedTimestampResolver {
 public:
  using KnownChunkStream = std::function<bool(std::uint32_t)>;

  /// True if the next four bytes of `in`, which are there then, are an extended timestamp. Looks ahead,
  /// takes nothing, and blocks for no byte that the chunk does not have in either form, unless what is
  /// there begins like an extended timestamp.
  Result<bool> present(ReadBuffer& in, const Type3Chunk& chunk, const KnownChunkStream& known);

 private:
  enum class State { kUnknown, kPresent, kAbsent };
  State state_ = State::kUnknown;
};

}  // namespace rtmp
