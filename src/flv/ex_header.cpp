// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ex_header.h"

#include <cstddef>

#include "endian.h"
#include "flv_format.h"

namespace rtmp {
namespace {

constexpr std::size_t kFourCcSize = 4;
constexpr std::uint8_t kOneTrack = 0;

// A track in a multitrack: tt  data           tt: its id
//                          tt  nn nn nn data  where there may be more than one
std::span<const std::uint8_t> first_track(std::span<const std::uint8_t> tracks, bool sized) {
  if (tracks.empty()) return {};
  tracks = tracks.subspan(1);
  if (!sized) return tracks;
  if (tracks.size() < 3) return {};
  const std::size_t size = load_be24(tracks.data());
  tracks = tracks.subspan(3);
  return size <= tracks.size() ? tracks.first(size) : tracks.first(0);
}

}  // namespace

ExHeader read_ex_header(std::span<const std::uint8_t> body, int multitrack) {
  int type = body[0] & 0x0F;
  std::size_t at = 1;
  // ModEx:  nn  data, nn + 1 bytes  mt       mt: type of the modifier, and of the packet that it modifies
  //         FF nn nn  data  mt               where 256 bytes or more are needed
  while (type == kExModEx) {
    if (at >= body.size()) return {};
    std::size_t size = body[at++] + std::size_t{1};
    if (size == 256) {
      if (at + 2 > body.size()) return {};
      size = load_be16(&body[at]) + std::size_t{1};
      at += 2;
    }
    if (at + size >= body.size()) return {};
    type = body[at + size] & 0x0F;
    at += size + 1;
  }
  const bool wrapped = type == multitrack;
  bool sized = false;
  if (wrapped) {
    // mt: kind of multitrack, and the type of all packets in it
    if (at >= body.size()) return {};
    type = body[at] & 0x0F;
    if (type == multitrack) return {};
    sized = body[at] >> 4 != kOneTrack;
    ++at;
  }
  // The FourCC of all tracks, or where each has its own, that of the first: either is here.
  const auto rest = body.subspan(at);
  if (rest.size() < kFourCcSize) return {.packet_type = type};
  const auto payload = rest.subspan(kFourCcSize);
  return {.packet_type = type,
          .fourcc = {reinterpret_cast<const char*>(rest.data()), kFourCcSize},
          .payload = wrapped ? first_track(payload, sized) : payload};
}

}  // namespace rtmp
