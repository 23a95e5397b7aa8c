// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ex_header.h"

#include <cstddef>

#include "endian.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kModEx = 7;

}  // namespace

int ex_packet_type(std::span<const std::uint8_t> body, std::uint8_t multitrack) {
  auto type = static_cast<std::uint8_t>(body[0] & 0x0F);
  std::size_t at = 1;
  // ModEx:  nn  data, nn + 1 bytes  mt       mt: type of the modifier, and of the packet that it modifies
  //         FF nn nn  data  mt               where 256 bytes or more are needed
  while (type == kModEx) {
    if (at >= body.size()) return kExMalformed;
    std::size_t size = body[at++] + std::size_t{1};
    if (size == 256) {
      if (at + 2 > body.size()) return kExMalformed;
      size = load_be16(&body[at]) + std::size_t{1};
      at += 2;
    }
    if (at + size >= body.size()) return kExMalformed;
    type = body[at + size] & 0x0F;
    at += size + 1;
  }
  if (type == multitrack) {
    // mt: kind of multitrack, and the type of all packets in it
    if (at >= body.size()) return kExMalformed;
    type = body[at] & 0x0F;
    if (type == multitrack) return kExMalformed;
  }
  return type;
}

}  // namespace rtmp
