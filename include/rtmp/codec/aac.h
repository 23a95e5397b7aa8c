// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

/// What an AudioSpecificConfig says (AAC; ISO/IEC 14496-3, 1.6.2.1).
struct AacConfig {
  std::uint8_t object_type;     // of the core, without its extensions: 2 is AAC-LC, 23 AAC-LD, 39 AAC-ELD
  std::uint32_t rate;           // samples per second of the core; not 0
  std::uint8_t channels;        // of the core; not 0
  std::uint16_t frame_samples;  // samples of each channel in a frame of the core
  std::optional<std::uint32_t>
      sbr_rate{};  // samples per second of the output, if spectral band replication is announced
  bool parametric_stereo = false;  // one channel of the core becomes two of the output

  friend bool operator==(const AacConfig&, const AacConfig&) = default;
};

/// Returns nothing if `config` ends before all of these, has a reserved rate or channel configuration, or has
/// no channels. Does not allocate.
std::optional<AacConfig> read_aac_config(std::span<const std::uint8_t> config);

}  // namespace rtmp
