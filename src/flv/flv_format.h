// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "rtmp/media_header.h"

namespace rtmp {

// The first byte of a video body (FLV 10.1, annex E.4.3.1) has the frame type and the codec id. If its top
// bit is set, it has the frame type and the packet type of an extended header (Enhanced RTMP v2).
inline constexpr std::uint8_t kVideoExtended = 0x80;

inline constexpr std::uint8_t kFrameTypeKey = 1;
inline constexpr std::uint8_t kFrameTypeDisposable = 3;
inline constexpr std::uint8_t kFrameTypeGeneratedKey = 4;
inline constexpr std::uint8_t kFrameTypeCommand = 5;
inline std::uint8_t frame_type(std::uint8_t first) { return first >> 4 & 0x07; }

inline constexpr std::uint8_t kCodecAvc = 7;
inline constexpr std::uint8_t kCodecHevc = 12;  // in no specification, but encoders have sent it for years

// The first byte of an audio body (annex E.4.2.1) has the format, the rate, the sample size and the channels.
// With format 9 it has the packet type of an extended header.
inline constexpr std::uint8_t kFormatExtended = 9;
inline constexpr std::uint8_t kFormatAac = 10;

/// Returns whether the first byte of an audio or video body begins an extended header.
inline bool is_extended(TagType media, std::uint8_t first) {
  return media == TagType::kVideo ? (first & kVideoExtended) != 0 : first >> 4 == kFormatExtended;
}

inline constexpr std::size_t kCompositionTimeSize = 3;
inline constexpr std::size_t kFourCcSize = 4;

// Packet types of an extended header.
inline constexpr int kExSequenceStart = 0;
inline constexpr int kExCodedFrames = 1;
inline constexpr int kExSequenceEnd = 2;
inline constexpr int kExModEx = 7;
inline constexpr int kVideoExCodedFramesX = 3;
inline constexpr int kVideoExMetadata = 4;
inline constexpr int kVideoExMpeg2TsStart = 5;
inline constexpr int kVideoExMultitrack = 6;
inline constexpr int kAudioExMultichannelConfig = 4;
inline constexpr int kAudioExMultitrack = 5;

}  // namespace rtmp
