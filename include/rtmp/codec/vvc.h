// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// The general part of profile_tier_level() of H.266 (ISO/IEC 23090-3, 7.3.3.1).
struct VvcProfile {
  std::uint8_t profile;  // general_profile_idc: 1 is Main 10
  bool high_tier;        // general_tier_flag
  std::uint8_t level;    // general_level_idc: 16 times the level, plus 3 times its decimal

  friend bool operator==(const VvcProfile&, const VvcProfile&) = default;
};

/// What a VvcDecoderConfigurationRecord says (H.266; ISO/IEC 14496-15, 11.2.4.2.2). Optional fields are empty
/// if neither the record nor its first sequence parameter set has them.
struct VvcConfig {
  std::uint8_t nal_length_size;  // bytes of the length in front of each NAL unit of a frame: 1, 2 or 4
  bool has_sps = false;          // the record has a complete sequence parameter set
  std::optional<VvcProfile> profile{};
  std::optional<ChromaFormat> chroma{};
  std::optional<std::uint8_t> bit_depth{};  // from the record alone: 8 to 15
  std::optional<VideoSize> size{};  // from the sequence parameter set, else the record's greatest size

  friend bool operator==(const VvcConfig&, const VvcConfig&) = default;
};

/// `record` may begin with the version and flags of an MP4 box, which are 0. Returns nothing if its first
/// bits are not those of such a record, its NAL lengths have 3 bytes, or it ends before its arrays of NAL
/// units. If a record is cut short behind that, what is complete in it is returned. Does not allocate.
std::optional<VvcConfig> read_vvc_config(std::span<const std::uint8_t> record);

}  // namespace rtmp
