// SPDX-License-Identifier: LGPL-2.1-or-later
#include "video_header.h"

#include "ex_header.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kFrameTypeKey = 1;
constexpr std::uint8_t kFrameTypeGeneratedKey = 4;
constexpr std::uint8_t kFrameTypeCommand = 5;

constexpr std::uint8_t kCodecAvc = 7;
constexpr std::uint8_t kCodecHevc = 12;  // never in a specification, sent by encoders for years

constexpr std::uint8_t kExMultitrack = 6;

TagKind frame(std::uint8_t frame_type) {
  return frame_type == kFrameTypeKey || frame_type == kFrameTypeGeneratedKey ? TagKind::kKeyFrame
                                                                             : TagKind::kInterFrame;
}

// 17 00 00 00 00 ...     frame type and codec; packet type: 0 configuration, 1 frame, 2 end; composition time
TagKind classic_kind(std::span<const std::uint8_t> body) {
  const auto frame_type = static_cast<std::uint8_t>(body[0] >> 4);
  const auto codec = static_cast<std::uint8_t>(body[0] & 0x0F);
  if (frame_type == kFrameTypeCommand) return TagKind::kOther;
  if (codec != kCodecAvc && codec != kCodecHevc) return frame(frame_type);
  if (body.size() < 2) return TagKind::kOther;
  switch (body[1]) {
    case 0:
      return TagKind::kSequenceHeader;
    case 1:
      return frame(frame_type);
    case 2:
      return TagKind::kEndOfSequence;
    default:
      return TagKind::kOther;
  }
}

// 9x ff ff ff ff ...     1, frame type, packet type; FourCC
TagKind extended_kind(std::span<const std::uint8_t> body) {
  const auto frame_type = static_cast<std::uint8_t>(body[0] >> 4 & 0x07);
  if (frame_type == kFrameTypeCommand) return TagKind::kOther;
  switch (ex_packet_type(body, kExMultitrack)) {
    case 0:  // SequenceStart
    case 5:  // MPEG2TSSequenceStart
      return TagKind::kSequenceHeader;
    case 1:  // CodedFrames
    case 3:  // CodedFramesX
      return frame(frame_type);
    case 2:
      return TagKind::kEndOfSequence;
    default:
      return TagKind::kOther;
  }
}

}  // namespace

TagKind video_kind(std::span<const std::uint8_t> body) {
  return body[0] & 0x80 ? extended_kind(body) : classic_kind(body);
}

}  // namespace rtmp
