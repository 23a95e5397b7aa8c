// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// What an HEVCDecoderConfigurationRecord says (H.265; ISO/IEC 14496-15, 8.3.3.1).
struct HevcConfig {
  /// The profile, tier and level, as in profile_tier_level() of a sequence parameter set (ISO/IEC 23008-2,
  /// 7.3.3), from general_profile_space to general_level_idc.
  std::array<std::uint8_t, 12> profile_tier_level;
  std::uint8_t nal_length_size;  // bytes of the length in front of each NAL unit of a frame: 1, 2 or 4
  bool has_sps;                  // the record has a complete sequence parameter set
  bool has_all_sets;             // the record has complete video and picture parameter sets, too
  /// All arrays of parameter sets say that they are complete, so that frames have no others (`hvc1`). If not,
  /// frames may have others (`hev1`). FFmpeg does not say it in any FLV stream.
  bool sets_are_complete;
  /// What the first sequence parameter set says. Empty if there is none, or it cannot be read.
  std::optional<PictureFormat> picture{};

  friend bool operator==(const HevcConfig&, const HevcConfig&) = default;
};

/// Returns nothing if `record` has a version other than 1 (or 0, which early encoders write), has NAL lengths
/// of 3 bytes, or ends before its arrays of NAL units. If a record is cut short behind that, what is complete
/// in it is returned. Does not allocate.
std::optional<HevcConfig> read_hevc_config(std::span<const std::uint8_t> record);

}  // namespace rtmp
