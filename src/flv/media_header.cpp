// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/media_header.h"

#include <algorithm>

#include "ex_header.h"
#include "flv_format.h"

namespace rtmp {
namespace {

using Content = MediaHeader::Content;

// The first byte of the body says of which kind a video frame is.
void take_frame(std::uint8_t first, MediaHeader& header) {
  header.content = Content::kFrame;
  if (header.media == TagType::kAudio) {
    header.kind = TagKind::kAudioFrame;
    return;
  }
  const std::uint8_t type = frame_type(first);
  const bool key = type == kFrameTypeKey || type == kFrameTypeGeneratedKey;
  header.kind = key ? TagKind::kKeyFrame : TagKind::kInterFrame;
  header.disposable = type == kFrameTypeDisposable;
}

// 17 00 ...     AVC and HEVC have a packet type: 0 configuration, 1 frame, 2 end
// AF 00 ...     AAC has one, too: 0 AudioSpecificConfig, all else is a frame
void take_classic_packet_type(std::span<const std::uint8_t> body, MediaHeader& header) {
  constexpr std::uint8_t kConfiguration = 0, kFrame = 1, kEnd = 2;
  const bool video = header.media == TagType::kVideo;
  if (body.size() < 2) {
    if (!video) take_frame(body[0], header);
  } else if (body[1] == kConfiguration) {
    header.kind = TagKind::kSequenceHeader;
    header.content = Content::kConfiguration;
  } else if (body[1] == kFrame || !video) {
    take_frame(body[0], header);
  } else if (body[1] == kEnd) {
    header.kind = TagKind::kEndOfSequence;
    header.content = Content::kEnd;
  }
}

// 27 01 00 00 50 ...     frame type and codec; of AVC and HEVC also a packet type and the composition time
// AF 01 ...              format, rate, size and channels; of AAC also a packet type
void read_classic(std::span<const std::uint8_t> body, MediaHeader& header) {
  const bool video = header.media == TagType::kVideo;
  if (video && frame_type(body[0]) == kFrameTypeCommand) return;
  header.tracks = MediaHeader::Tracks::kPlain;
  header.codec_id = static_cast<std::uint8_t>(video ? body[0] & 0x0F : body[0] >> 4);
  const bool has_packet_type =
      video ? header.codec_id == kCodecAvc || header.codec_id == kCodecHevc : header.codec_id == kFormatAac;
  std::size_t size = 1;
  if (!has_packet_type) {
    take_frame(body[0], header);
  } else {
    take_classic_packet_type(body, header);
    size = video ? 2 + kCompositionTimeSize : 2;
    header.composed = video && header.content == Content::kFrame && body.size() >= size;
  }
  header.size = static_cast<std::uint32_t>(std::min(body.size(), size));
}

void take_packet_type(std::uint8_t first, int packet_type, MediaHeader& header) {
  const bool video = header.media == TagType::kVideo;
  if (packet_type == kExSequenceStart) {
    header.kind = TagKind::kSequenceHeader;
    header.content = Content::kConfiguration;
  } else if (packet_type == kExCodedFrames || (video && packet_type == kVideoExCodedFramesX)) {
    take_frame(first, header);
    header.composed = video && packet_type == kExCodedFrames;
  } else if (packet_type == kExSequenceEnd) {
    header.kind = TagKind::kEndOfSequence;
    header.content = Content::kEnd;
  } else if (video && packet_type == kVideoExMetadata) {
    header.content = Content::kColors;
  } else if (video && packet_type == kVideoExMpeg2TsStart) {
    // A configuration in the form of a descriptor of MPEG-2 TS, which no other codec has.
    header.kind = TagKind::kSequenceHeader;
  } else if (!video && packet_type == kAudioExMultichannelConfig) {
    header.kind = TagKind::kSequenceHeader;
    header.content = Content::kChannels;
  }
}

// 9x ff ff ff ff ...     1, frame type, packet type; FourCC
void read_extended(std::span<const std::uint8_t> body, MediaHeader& header) {
  const ExHeader ex = read_ex_header(header.media, body);
  header.extended = true;
  header.malformed = ex.packet_type == kExMalformed || ex.bad_nano_offset || (ex.command && ex.rest.empty());
  header.has_nano_offset = ex.nano_offset.has_value();
  header.nano_offset = ex.nano_offset.value_or(0);
  if (ex.packet_type == kExMalformed || ex.command) return;

  header.tracks = ex.tracks;
  header.size = static_cast<std::uint32_t>(body.size() - ex.rest.size());
  if (ex.tracks != MediaHeader::Tracks::kPlain && ex.rest.size() > kFourCcSize)
    header.first_track = ex.rest[kFourCcSize];
  take_packet_type(body[0], ex.packet_type, header);
}

}  // namespace

MediaHeader read_media_header(TagType media, std::span<const std::uint8_t> body) {
  MediaHeader header{.media = media};
  if (media == TagType::kScript) return header;
  if (body.empty())
    header.kind = media == TagType::kAudio ? TagKind::kAudioFrame : TagKind::kOther;  // silence
  else if (is_extended(media, body[0]))
    read_extended(body, header);
  else
    read_classic(body, header);
  return header;
}

}  // namespace rtmp
