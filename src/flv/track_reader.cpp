// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "audio_header.h"
#include "endian.h"
#include "ex_header.h"
#include "flv_format.h"
#include "rtmp/tracks.h"
#include "video_header.h"

namespace rtmp {
namespace {

using Content = TrackPacket::Content;
using Tracks = ExHeader::Tracks;

constexpr std::size_t kFourCcSize = 4;
constexpr std::size_t kSizeSize = 3;
constexpr std::size_t kCompositionTimeSize = 3;

Content content_of(TagType media, TagKind kind, int packet_type) {
  if (media == TagType::kVideo && packet_type == kVideoExMetadata) return Content::kColors;
  if (media == TagType::kAudio && packet_type == kAudioExMultichannelConfig) return Content::kChannels;
  // It is the decoder's, but in a form that is no other's: a descriptor of MPEG-2 TS.
  if (media == TagType::kVideo && packet_type == kVideoExMpeg2TsStart) return Content::kOther;
  switch (kind) {
    case TagKind::kSequenceHeader:
      return Content::kConfiguration;
    case TagKind::kKeyFrame:
    case TagKind::kInterFrame:
    case TagKind::kAudioFrame:
      return Content::kFrame;
    case TagKind::kEndOfSequence:
      return Content::kEnd;
    default:
      return Content::kOther;
  }
}

// What stands in front of the data of a classic codec, the first byte included.
std::size_t classic_header_size(TagType media, std::uint8_t codec) {
  if (media == TagType::kAudio) return codec == kFormatAac ? 2 : 1;
  return codec == kCodecAvc || codec == kCodecHevc ? 2 + kCompositionTimeSize : 1;
}

// 24 bits, signed, in front of the data.
std::int32_t composition_time(const std::uint8_t* bytes) {
  constexpr std::int32_t kSign = 0x800000;
  return (static_cast<std::int32_t>(load_be24(bytes)) ^ kSign) - kSign;
}

bool has_composition_time(std::string_view fourcc) {
  return fourcc == "avc1" || fourcc == "hvc1" || fourcc == "vvc1";
}

// What the first byte of a video body, and what it is for, say of the frame.
void describe_frame(std::uint8_t first, TagKind kind, TrackPacket& packet) {
  packet.key_frame = kind == TagKind::kKeyFrame;
  packet.disposable = kind == TagKind::kInterFrame && frame_type(first) == kFrameTypeDisposable;
}

}  // namespace

TrackReader::TrackReader(TagType type, std::span<const std::uint8_t> body)
    : packet_{.media = type, .content = Content::kOther} {
  if (type == TagType::kScript || body.empty()) return;
  if (is_extended(type, body[0]))
    read_extended(body);
  else
    read_classic(body);
}

void TrackReader::read_classic(std::span<const std::uint8_t> body) {
  const bool video = packet_.media == TagType::kVideo;
  if (video && frame_type(body[0]) == kFrameTypeCommand) return;
  packet_.codec_id = static_cast<std::uint8_t>(video ? body[0] & 0x0F : body[0] >> 4);
  const TagKind kind = video ? video_kind(body) : audio_kind(body);
  packet_.content = content_of(packet_.media, kind, kExMalformed);
  describe_frame(body[0], kind, packet_);
  const std::size_t header = classic_header_size(packet_.media, packet_.codec_id);
  if (video && packet_.content == Content::kFrame && header > 1 && body.size() >= header)
    packet_.composition_time = composition_time(&body[2]);
  rest_ = body.subspan(std::min(body.size(), header));
  more_ = true;
}

void TrackReader::read_extended(std::span<const std::uint8_t> body) {
  const ExHeader header = read_ex_header(packet_.media, body);
  nano_offset_ = header.nano_offset;
  malformed_ =
      header.packet_type == kExMalformed || header.bad_nano_offset || (header.command && header.rest.empty());
  if (header.packet_type == kExMalformed || header.command) return;

  const TagKind kind = packet_.media == TagType::kVideo ? video_kind(body) : audio_kind(body);
  packet_.content = content_of(packet_.media, kind, header.packet_type);
  packet_.nano_offset = header.nano_offset.value_or(0);
  describe_frame(body[0], kind, packet_);
  composes_ = packet_.media == TagType::kVideo && header.packet_type == kExCodedFrames;
  numbered_ = header.tracks != Tracks::kPlain;
  sized_ = header.tracks == Tracks::kMany || header.tracks == Tracks::kManyCodecs;
  own_codecs_ = header.tracks == Tracks::kManyCodecs;
  rest_ = header.rest;
  more_ = own_codecs_ || take_fourcc();
  malformed_ = malformed_ || !more_;
}

std::optional<TrackPacket> TrackReader::next() {
  while (more_) {
    const bool taken = take_track();
    more_ = taken && sized_ && !rest_.empty();
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

// A plain one:            payload
// One track of a number:  tt  payload                           tt: the number
// One of many:            tt  nn nn nn  payload, of that size
// With codecs of their own, a FourCC goes before each.
bool TrackReader::take_track() {
  if (own_codecs_ && !take_fourcc()) return false;
  if (numbered_) {
    const auto number = take(1);
    if (!number) return false;
    packet_.track = number->front();
  }
  std::size_t size = rest_.size();
  if (sized_) {
    const auto field = take(kSizeSize);
    if (!field) return false;
    size = load_be24(field->data());
  }
  const auto payload = take(size);
  if (payload) packet_.payload = *payload;
  return payload.has_value();
}

// Whether the payload has what must be in it; the composition time is taken off.
bool TrackReader::finish_packet() {
  if (packet_.content == Content::kChannels) return read_channels(packet_).has_value();
  if (!composes_) return true;
  packet_.composition_time = 0;
  if (!has_composition_time(packet_.fourcc)) return true;
  if (packet_.payload.size() < kCompositionTimeSize) return false;
  packet_.composition_time = composition_time(packet_.payload.data());
  packet_.payload = packet_.payload.subspan(kCompositionTimeSize);
  return true;
}

}  // namespace rtmp
