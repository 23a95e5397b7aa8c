// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

/// What an OpusHead says (RFC 7845, 5.1). The default values are those of a stream without one.
struct OpusConfig {
  std::uint8_t channels = 2;
  std::uint16_t pre_skip = 0;        // samples at 48 kHz to leave out at the beginning
  std::uint32_t input_rate = 48000;  // of the original; 0: not given. The output always has 48 kHz
  std::int16_t output_gain = 0;      // in 1/256 dB
  std::uint8_t mapping_family = 0;   // 0: mono or stereo; 1: surround, in Vorbis's order; 255: not defined
  std::uint8_t stream_count = 1;
  std::uint8_t coupled_count = 1;  // how many of the streams are stereo
  /// The decoded channel of each output channel. 255 is silence.
  std::array<std::uint8_t, 255> mapping{0, 1};

  friend bool operator==(const OpusConfig&, const OpusConfig&) = default;
};

/// Returns nothing if `head` is empty, which Enhanced RTMP allows, or cut short; if its major version is not
/// 0; if its streams and channels contradict each other; and for family 3. Does not allocate.
std::optional<OpusConfig> read_opus_config(std::span<const std::uint8_t> head);

}  // namespace rtmp
