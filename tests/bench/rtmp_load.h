// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "chunk_bytes.h"
#include "media_pattern.h"

namespace rtmp::bench {

constexpr std::size_t kHandshakePacket = 1536;

/// A message's place in RtmpLoad::pattern, for a publisher that paces.
struct PlacedMessage {
  std::size_t offset;
  std::size_t size;
  std::size_t header;  // the size of its first chunk's
  std::uint32_t time_ms;
  std::size_t stamp_offset;  // of the stamp in the pattern; 0 if the message carries none
};

/// The bytes of one publisher, in the order in which they are sent.
struct RtmpLoad {
  Bytes hello;                          // C0 C1
  Bytes connect;                        // SetChunkSize, connect
  Bytes publish;                        // releaseStream, FCPublish, createStream, publish
  Bytes preamble;                       // metadata and sequence headers, times absolute
  Bytes pattern;                        // to be sent any number of times: only deltas, so time goes on
  Bytes goodbye;                        // FCUnpublish, deleteStream
  std::vector<PlacedMessage> messages;  // of the pattern

  std::uint64_t preamble_tags = 0;
  std::uint64_t pattern_tags = 0;
  std::uint64_t preamble_tag_bytes = 0;  // as FLV: with tag headers and previous-tag sizes
  std::uint64_t pattern_tag_bytes = 0;
  std::uint64_t pattern_body_bytes = 0;  // as the bodies of messages

  /// How many patterns make up at least that much.
  [[nodiscard]] std::uint64_t patterns_in(std::uint64_t mib) const;

  /// Every byte of a publication with that many patterns, C2 included.
  [[nodiscard]] std::uint64_t wire_bytes(std::uint64_t patterns) const;
};

/// With video of so many bits a second.
[[nodiscard]] RtmpLoad make_load(std::size_t chunk_size, std::size_t video_bits = kVideoBits);

/// Without a pattern, for publishers that share another load's.
[[nodiscard]] RtmpLoad make_dialogue(std::size_t chunk_size, std::string_view stream_key);

}  // namespace rtmp::bench
