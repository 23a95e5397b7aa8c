// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "chunk_bytes.h"

namespace rtmp::bench {

constexpr std::uint8_t kAudioType = 8;
constexpr std::uint8_t kVideoType = 9;
constexpr std::uint8_t kDataType = 18;

/// Length of the repeated pattern: in 8 s both 240 video frames at 30 fps and 375 AAC frames at 48 kHz end on
/// the same millisecond.
constexpr std::uint32_t kPatternMs = 8000;

/// A video frame carries kStampMagic and the CLOCK_MONOTONIC nanoseconds (native order) of its sending here,
/// behind the five bytes of the FLV video header, the NAL unit's length and its first three bytes.
constexpr std::size_t kStampInBody = 12;
constexpr std::uint64_t kStampMagic = 0x52544d5053454e44;  // "RTMPSEND"
constexpr std::size_t kStampSize = 16;

struct MediaMessage {
  std::uint8_t type;
  std::uint32_t time_ms;  // 1..kPatternMs: the last ones lie on the start of the next round
  Bytes body;
};

constexpr std::size_t kVideoBits = 6'000'000;  // a second

/// Eight seconds of 1080p H.264 (a key frame each 2 s, P and B frames) at so many bits a second and AAC at
/// 128 kbit/s, by rising time. The sizes vary like an encoder's, and are the same in every run.
[[nodiscard]] std::vector<MediaMessage> make_media_pattern(std::size_t video_bits = kVideoBits);

[[nodiscard]] Bytes avc_sequence_header();
[[nodiscard]] Bytes aac_sequence_header();

}  // namespace rtmp::bench
