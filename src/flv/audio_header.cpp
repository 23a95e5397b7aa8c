// SPDX-License-Identifier: LGPL-2.1-or-later
#include "audio_header.h"

#include "ex_header.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kFormatExtended = 9;
constexpr std::uint8_t kFormatAac = 10;
constexpr std::uint8_t kExMultitrack = 5;

}  // namespace

TagKind audio_kind(std::span<const std::uint8_t> body) {
  if (body.empty()) return TagKind::kAudioFrame;
  // AF 00 ...     format and rate; for AAC, 0: AudioSpecificConfig, 1: frame
  const auto format = static_cast<std::uint8_t>(body[0] >> 4);
  if (format == kFormatAac)
    return body.size() > 1 && body[1] == 0 ? TagKind::kSequenceHeader : TagKind::kAudioFrame;
  if (format != kFormatExtended) return TagKind::kAudioFrame;
  switch (ex_packet_type(body, kExMultitrack)) {
    case 0:  // SequenceStart
    case 4:  // MultichannelConfig
      return TagKind::kSequenceHeader;
    case 1:
      return TagKind::kAudioFrame;
    case 2:
      return TagKind::kEndOfSequence;
    default:
      return TagKind::kOther;
  }
}

}  // namespace rtmp
