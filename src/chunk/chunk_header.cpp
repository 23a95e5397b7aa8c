// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chunk_header.h"

#include "endian.h"

namespace rtmp {

std::size_t BasicHeader::size(std::uint8_t first_byte) {
  switch (first_byte & 0x3F) {
    case 0:
      return 2;
    case 1:
      return 3;
    default:
      return 1;
  }
}

BasicHeader BasicHeader::decode(const std::uint8_t* p) {
  const auto format = static_cast<std::uint8_t>(p[0] >> 6);
  switch (p[0] & 0x3F) {
    case 0:
      return {format, 64u + p[1]};
    case 1:
      return {format, 64u + p[1] + 256u * p[2]};
    default:
      return {format, p[0] & 0x3Fu};
  }
}

MessageHeader MessageHeader::decode(std::uint8_t format, const std::uint8_t* p) {
  MessageHeader header{};
  header.timestamp = load_be24(p);
  if (format <= 1) {
    header.length = load_be24(p + 3);
    header.type = p[6];
  }
  if (format == 0) header.stream_id = load_le32(p + 7);
  return header;
}

}  // namespace rtmp
