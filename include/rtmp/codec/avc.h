// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// What an AVCDecoderConfigurationRecord says (H.264; ISO/IEC 14496-15, 5.3.3.1).
struct AvcConfig {
  std::uint8_t profile;          // profile_idc
  std::uint8_t compatibility;    // constraint_set flags, the first of them in the top bit
  std::uint8_t level;            // level_idc
  std::uint8_t nal_length_size;  // bytes of the length in front of each NAL unit of a frame: 1, 2 or 4
  bool has_sps;                  // the record has a complete sequence parameter set
  bool has_pps;                  // the record has a complete picture parameter set
  /// What the first sequence parameter set says. Empty if there is none, or it cannot be read.
  std::optional<PictureFormat> picture{};

  friend bool operator==(const AvcConfig&, const AvcConfig&) = default;
};

/// Returns nothing if `record` has a version other than 1, has NAL lengths of 3 bytes, or ends before the
/// number of its sequence parameter sets. If a record is cut short behind that, what is complete in it is
/// returned. Does not allocate.
std::optional<AvcConfig> read_avc_config(std::span<const std::uint8_t> record);

}  // namespace rtmp
