// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace rtmp {

// The two headers of a chunk (RTMP 1.0, section 5.3.1) on the wire:
//
//   fmt.csid                    basic header: csid 2..63 in one byte; low bits 0: 64 + b1; 1: 64 + b1 + 256
//   b2 tt tt tt  ll ll ll  yy  ssssssss      message header of fmt 0; the stream id is little-endian dd dd dd
//   ll ll ll  yy                fmt 1: delta, length, type dd dd dd                              fmt 2: delta
//   (nothing)                             fmt 3
//   xx xx xx xx                           extended timestamp, where the three bytes are FF FF FF

inline constexpr std::uint32_t kExtendedMarker = 0xFFFFFF;
inline constexpr std::uint32_t kMaxOneByteId =
    63;  // the greatest chunk stream id whose basic header has one byte
inline constexpr std::size_t kMessageHeaderSize[] = {11, 7, 3, 0};  // by fmt

struct BasicHeader {
  std::uint8_t format;  // 0..3
  std::uint32_t chunk_stream;

  /// Returns the size of the basic header that begins with this byte: 1, 2 or 3.
  static std::size_t size(std::uint8_t first_byte);
  /// Decodes the size(*p) bytes at `p`.
  static BasicHeader decode(const std::uint8_t* p);
};

struct MessageHeader {
  std::uint32_t timestamp;  // absolute in fmt 0, else a delta; kExtendedMarker: it follows the header
  std::uint32_t length;     // only in fmt 0 and 1
  std::uint8_t type;        // only in fmt 0 and 1
  std::uint32_t stream_id;  // only in fmt 0
  static MessageHeader decode(std::uint8_t format, const std::uint8_t* p);
};

}  // namespace rtmp
