// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

/// What a STREAMINFO block says (FLAC; RFC 9639, 8.2).
struct FlacConfig {
  std::uint16_t min_block;                   // the least samples of each channel in a frame but the last
  std::uint16_t max_block;                   // the most; not less than min_block
  std::uint32_t rate;                        // samples per second; not 0
  std::uint8_t channels;                     // 1 to 8
  std::uint8_t bit_depth;                    // 4 to 32
  std::array<std::uint8_t, 34> stream_info;  // the block, without its header

  friend bool operator==(const FlacConfig&, const FlacConfig&) = default;
};

/// `config` may be a bare STREAMINFO (FFmpeg), that block with its header, or both behind "fLaC" (Enhanced
/// RTMP). What follows is ignored. Returns nothing if it is cut short, or a value is out of its range. Does
/// not allocate.
std::optional<FlacConfig> read_flac_config(std::span<const std::uint8_t> config);

}  // namespace rtmp
