// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

/// What the header of an MPEG audio frame says (ISO/IEC 11172-3, 2.4.1.3; 13818-3).
struct MpegAudioHeader {
  enum class Version { k1, k2, k2_5 };

  Version version;
  std::uint8_t layer;           // 1 to 3; MP3 is 3
  std::uint32_t rate;           // samples per second
  std::uint8_t channels;        // 1 or 2
  std::uint16_t frame_samples;  // samples of each channel in a frame

  friend bool operator==(const MpegAudioHeader&, const MpegAudioHeader&) = default;
};

/// `frame` begins with the header of 4 bytes. Returns nothing if it does not, or if one of the values is
/// reserved. Does not allocate.
std::optional<MpegAudioHeader> read_mpeg_audio_header(std::span<const std::uint8_t> frame);

}  // namespace rtmp
