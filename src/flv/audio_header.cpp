// SPDX-License-Identifier: LGPL-2.1-or-later
#include "audio_header.h"

#include "ex_header.h"
#include "flv_format.h"

namespace rtmp {

TagKind audio_kind(std::span<const std::uint8_t> body) {
  if (body.empty()) return TagKind::kAudioFrame;
  // AF 00 ...     format and rate; for AAC, 0: AudioSpecificConfig, 1: frame
  const auto format = static_cast<std::uint8_t>(body[0] >> 4);
  if (format == kFormatAac)
    return body.size() > 1 && body[1] == 0 ? TagKind::kSequenceHeader : TagKind::kAudioFrame;
  if (format != kFormatExtended) return TagKind::kAudioFrame;
  switch (read_ex_header(TagType::kAudio, body).packet_type) {
    case kExSequenceStart:
    case kAudioExMultichannelConfig:
      return TagKind::kSequenceHeader;
    case kExCodedFrames:
      return TagKind::kAudioFrame;
    case kExSequenceEnd:
      return TagKind::kEndOfSequence;
    default:
      return TagKind::kOther;
  }
}

}  // namespace rtmp
