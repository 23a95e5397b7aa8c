// SPDX-License-Identifier: LGPL-2.1-or-later
#include "video_header.h"

#include "ex_header.h"
#include "flv_format.h"

namespace rtmp {
namespace {

TagKind frame(std::uint8_t type) {
  return type == kFrameTypeKey || type == kFrameTypeGeneratedKey ? TagKind::kKeyFrame : TagKind::kInterFrame;
}

// 17 00 00 00 00 ...     frame type and codec; packet type: 0 configuration, 1 frame, 2 end; composition time
TagKind classic_kind(std::span<const std::uint8_t> body) {
  const std::uint8_t type = frame_type(body[0]);
  const auto codec = static_cast<std::uint8_t>(body[0] & 0x0F);
  if (type == kFrameTypeCommand) return TagKind::kOther;
  if (codec != kCodecAvc && codec != kCodecHevc) return frame(type);
  if (body.size() < 2) return TagKind::kOther;
  switch (body[1]) {
    case 0:
      return TagKind::kSequenceHeader;
    case 1:
      return frame(type);
    case 2:
      return TagKind::kEndOfSequence;
    default:
      return TagKind::kOther;
  }
}

// 9x ff ff ff ff ...     1, frame type, packet type; FourCC
TagKind extended_kind(std::span<const std::uint8_t> body) {
  const ExHeader header = read_ex_header(TagType::kVideo, body);
  if (header.command) return TagKind::kOther;
  switch (header.packet_type) {
    case kExSequenceStart:
    case kVideoExMpeg2TsStart:
      return TagKind::kSequenceHeader;
    case kExCodedFrames:
    case kVideoExCodedFramesX:
      return frame(frame_type(body[0]));
    case kExSequenceEnd:
      return TagKind::kEndOfSequence;
    default:
      return TagKind::kOther;
  }
}

}  // namespace

TagKind video_kind(std::span<const std::uint8_t> body) {
  return body[0] & kVideoExtended ? extended_kind(body) : classic_kind(body);
}

}  // namespace rtmp
