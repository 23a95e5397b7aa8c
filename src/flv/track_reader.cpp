// SPDX-License-Identifier: LGPL-2.1-or-later
#include "endian.h"
#include "flv_format.h"
#include "rtmp/tracks.h"

namespace rtmp {
namespace {

using Content = MediaHeader::Content;
using Tracks = MediaHeader::Tracks;

constexpr std::size_t kSizeSize = 3;

// 24 bits, signed, in front of the data.
std::int32_t composition_time(const std::uint8_t* bytes) {
  constexpr std::int32_t kSign = 0x800000;
  return (static_cast<std::int32_t>(load_be24(bytes)) ^ kSign) - kSign;
}

bool has_composition_time(std::string_view fourcc) {
  return fourcc == "avc1" || fourcc == "hvc1" || fourcc == "hev1" || fourcc == "vvc1";
}

bool has_sizes(Tracks tracks) { return tracks == Tracks::kMany || tracks == Tracks::kManyCodecs; }

}  // namespace

TrackReader::TrackReader(const MediaHeader& header, std::span<const std::uint8_t> body)
    : header_(header),
      packet_{.media = header.media,
              .content = header.content,
              .codec_id = header.codec_id,
              .key_frame = header.kind == TagKind::kKeyFrame,
              .disposable = header.disposable,
              .nano_offset = header.nano_offset},
      rest_(body.subspan(header.size)),
      more_(header.tracks != Tracks::kNone),
      malformed_(header.malformed) {
  if (!more_ || header.tracks == Tracks::kManyCodecs) return;
  if (header.extended)
    more_ = take_fourcc();
  else if (header.composed)
    packet_.composition_time = composition_time(rest_.data() - kCompositionTimeSize);
  malformed_ = malformed_ || !more_;
}

std::optional<TrackPacket> TrackReader::next() {
  while (more_) {
    const bool taken = take_track();
    more_ = taken && has_sizes(header_.tracks) && !rest_.empty();
    if (taken && finish_packet()) return packet_;
    malformed_ = true;
  }
  return std::nullopt;
}

std::optional<std::span<const std::uint8_t>> TrackReader::take(std::size_t size) {
  if (size > rest_.size()) return std::nullopt;
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

bool TrackReader::take_fourcc() {
  const auto fourcc = take(kFourCcSize);
  if (fourcc) packet_.fourcc = {reinterpret_cast<const char*>(fourcc->data()), kFourCcSize};
  return fourcc.has_value();
}

// The track of a plain tag:         payload
// The track of a single-track one:  tt  payload                       tt: the number
// One of several tracks:            tt  nn nn nn  payload of that size
// If each track has its own codec, a FourCC precedes each.
bool TrackReader::take_track() {
  if (header_.tracks == Tracks::kManyCodecs && !take_fourcc()) return false;
  if (header_.tracks != Tracks::kPlain) {
    const auto number = take(1);
    if (!number) return false;
    packet_.track = number->front();
  }
  std::size_t size = rest_.size();
  if (has_sizes(header_.tracks)) {
    const auto field = take(kSizeSize);
    if (!field) return false;
    size = load_be24(field->data());
  }
  const auto payload = take(size);
  if (payload) packet_.payload = *payload;
  return payload.has_value();
}

// Takes the composition time off the payload. Returns whether the payload has everything that it must have.
bool TrackReader::finish_packet() {
  if (packet_.content == Content::kChannels) return read_channels(packet_).has_value();
  if (!header_.extended || !header_.composed) return true;
  packet_.composition_time = 0;
  if (!has_composition_time(packet_.fourcc)) return true;
  if (packet_.payload.size() < kCompositionTimeSize) return false;
  packet_.composition_time = composition_time(packet_.payload.data());
  packet_.payload = packet_.payload.subspan(kCompositionTimeSize);
  return true;
}

}  // namespace rtmp
