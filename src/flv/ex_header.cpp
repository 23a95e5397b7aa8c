// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ex_header.h"

#include <cstddef>

#include "endian.h"
#include "flv_format.h"

namespace rtmp {
namespace {

constexpr int kNanoOffset = 0;  // type of a modifier
constexpr std::uint32_t kMostNanos = 999'999;
// The kinds of multitrack have the order of MediaHeader::Tracks from kOne on.
constexpr int kFirstKind = static_cast<int>(MediaHeader::Tracks::kOne);
constexpr int kMostTracks = static_cast<int>(MediaHeader::Tracks::kManyCodecs) - kFirstKind;

void take_nano_offset(std::span<const std::uint8_t> data, ExHeader& header) {
  const std::uint32_t nanos = data.size() >= 3 ? load_be24(data.data()) : kMostNanos + 1;
  if (nanos > kMostNanos)
    header.bad_nano_offset = true;
  else
    header.nano_offset = nanos;
}

}  // namespace

ExHeader read_ex_header(TagType media, std::span<const std::uint8_t> body) {
  const int multitrack = media == TagType::kVideo ? kVideoExMultitrack : kAudioExMultitrack;
  const bool command = media == TagType::kVideo && frame_type(body[0]) == kFrameTypeCommand;
  int type = body[0] & 0x0F;
  std::size_t at = 1;
  ExHeader header;
  // ModEx:  nn  data, nn + 1 bytes  mt       mt: type of the modifier, and of the packet that it modifies
  //         FF nn nn  data  mt               for 256 bytes or more
  while (type == kExModEx) {
    if (at >= body.size()) return {};
    std::size_t size = body[at++] + std::size_t{1};
    if (size == 256) {
      if (at + 2 > body.size()) return {};
      size = load_be16(&body[at]) + std::size_t{1};
      at += 2;
    }
    if (at + size >= body.size()) return {};
    const auto data = body.subspan(at, size);
    at += size;
    if (body[at] >> 4 == kNanoOffset) take_nano_offset(data, header);
    type = body[at++] & 0x0F;
  }
  // D4 "hvc1" ...     metadata looks like a command (FFmpeg), and has a FourCC all the same
  header.command = command && type != kVideoExMetadata;
  if (type == multitrack && !header.command) {
    // mt: kind of multitrack, and the type of all packets in it
    if (at >= body.size()) return {};
    const int kind = body[at] >> 4;
    type = body[at++] & 0x0F;
    if (type == multitrack || kind > kMostTracks) return {};
    header.tracks = static_cast<MediaHeader::Tracks>(kind + kFirstKind);
  }
  header.packet_type = type;
  header.rest = body.subspan(at);
  return header;
}

}  // namespace rtmp
