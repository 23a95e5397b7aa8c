// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_caps.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNellymoser16k = 4, kNellymoser8k = 5;  // sound formats

// ffff rr s c     format; rate: 5.5, 11, 22 or 44 kHz; 16 bits, not 8; two channels
FrameFormat from_flags(Codec codec, std::uint8_t first_byte) {
  constexpr std::uint32_t kRates[] = {5512, 11025, 22050, 44100};
  FrameFormat format{.rate = kRates[first_byte >> 2 & 3],
                     .channels = static_cast<std::uint8_t>((first_byte & 1) + 1)};
  switch (codec) {
    case Codec::kPcm:
      format.sample_bits = first_byte & 2 ? 16 : 8;
      break;
    case Codec::kALaw:
    case Codec::kMuLaw:
      format.rate = 8000;  // whatever the flags say
      break;
    case Codec::kNellymoser:
      format.channels = 1;
      if (first_byte >> 4 == kNellymoser16k) format.rate = 16000;
      if (first_byte >> 4 == kNellymoser8k) format.rate = 8000;
      break;
    default:
      break;
  }
  return format;
}

}  // namespace

std::optional<FrameFormat> read_frame_format(Codec codec, const TrackPacket& frame, std::uint8_t first_byte) {
  (void)frame;
  switch (codec) {
    case Codec::kPcm:
    case Codec::kAdpcm:
    case Codec::kALaw:
    case Codec::kMuLaw:
    case Codec::kNellymoser:
      return from_flags(codec, first_byte);
    default:
      return std::nullopt;
  }
}

}  // namespace rtmp
