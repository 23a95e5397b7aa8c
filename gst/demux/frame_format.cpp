// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_caps.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNellymoser16k = 4, kNellymoser8k = 5;  // sound formats

// ffff rr s c     format; rate: 5.5, 11, 22 or 44 kHz; 16 bits, not 8; two channels
SoundFormat from_flags(Codec codec, std::uint8_t first_byte) {
  constexpr std::uint32_t kRates[] = {5512, 11025, 22050, 44100};
  SoundFormat format{.rate = kRates[first_byte >> 2 & 3],
                     .channels = static_cast<std::uint8_t>((first_byte & 1) + 1),
                     .sample_bits = static_cast<std::uint8_t>(first_byte & 2 ? 16 : 8)};
  switch (codec) {
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

template <class Format>
std::optional<FrameFormat> if_read(const std::optional<Format>& format) {
  return format ? std::optional<FrameFormat>(*format) : std::nullopt;
}

}  // namespace

std::optional<FrameFormat> read_frame_format(Codec codec, const TrackPacket& frame, std::uint8_t first_byte) {
  switch (codec) {
    case Codec::kPcm:
    case Codec::kAdpcm:
    case Codec::kALaw:
    case Codec::kMuLaw:
    case Codec::kNellymoser:
      return from_flags(codec, first_byte);
    case Codec::kMp3:
      return if_read(read_mpeg_audio_header(frame.payload));
    case Codec::kAc3:
      return if_read(read_ac3_header(frame.payload));
    case Codec::kEac3:
      return if_read(read_eac3_header(frame.payload));
    case Codec::kVp8:
      return frame.key_frame ? if_read(read_vp8_key_frame(frame.payload)) : std::nullopt;
    case Codec::kVp9:
      return frame.key_frame ? if_read(read_vp9_key_frame(frame.payload)) : std::nullopt;
    case Codec::kAv1:
      return frame.key_frame ? if_read(read_av1_sequence(frame.payload)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace rtmp
