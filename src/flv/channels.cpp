// SPDX-License-Identifier: LGPL-2.1-or-later
#include "endian.h"
#include "rtmp/tracks.h"

namespace rtmp {
namespace {

// The orders that channels may have.
constexpr std::uint8_t kUnspecified = 0;
constexpr std::uint8_t kNative = 1;  // by their place
constexpr std::uint8_t kCustom = 2;

constexpr std::uint8_t kPlaces = 24;  // how many have a name; channels above them have no place

}  // namespace

// 00 cc               cc: number of channels
// 01 cc  mm mm mm mm  mm: places, a bit each
// 02 cc  pp ...       pp: each channel's place
std::optional<Channels> read_channels(const TrackPacket& packet) {
  const auto payload = packet.payload;
  if (packet.content != TrackPacket::Content::kChannels || payload.size() < 2) return std::nullopt;
  const auto order = payload.subspan(2);
  Channels channels{.count = payload[1], .places = 0};
  switch (payload[0]) {
    case kUnspecified:
      return channels;
    case kNative:
      if (order.size() < 4) return std::nullopt;
      channels.places = load_be32(order.data());
      return channels;
    case kCustom:
      if (order.size() < channels.count) return std::nullopt;
      for (const std::uint8_t place : order.first(channels.count))
        if (place < kPlaces) channels.places |= std::uint32_t{1} << place;
      return channels;
    default:
      return std::nullopt;
  }
}

}  // namespace rtmp
