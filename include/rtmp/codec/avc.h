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
  std::uint8_t nal_length_size;  // bytes in front of each NAL unit of a frame: 1, 2 or 4
  bool has_sps;                  // the record holds a whole sequence parameter set
  bool has_pps;                  // and a whole picture parameter set
  /// Of the first sequence parameter set. Nothing where there is none, or it cannot be read.
  std::optional<PictureFormat> picture{};

  friend bool operator==(const AvcConfig&, const AvcConfig&) = default;
};

/// Nothing if `record` is of another version than 1, has NAL lengths of 3 bytes, or ends before the number of
/// its sequence parameter sets. A record that is cut short behind that has what is whole in it. Does not
/// allocate.
std::optional<AvcConfig> read_avc_config(std::span<const std::uint8_t> record);

}  // namespace rtmp
