// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// What a sequence header of AV1 says (AV1 bitstream specification, 5.5). The level and tier are those of the
/// first operating point.
struct Av1Sequence {
  std::uint8_t profile;   // seq_profile: 0 Main, 1 High, 2 Professional
  std::uint8_t level;     // seq_level_idx: 0 is level 2.0, 31 means no particular level
  bool high_tier;         // seq_tier
  PictureFormat picture;  // its size is the largest that a frame may have

  friend bool operator==(const Av1Sequence&, const Av1Sequence&) = default;
};

/// What an AV1CodecConfigurationRecord says (AV1 in ISOBMFF, 2.3.3).
struct Av1Config {
  std::uint8_t profile;  // as in Av1Sequence
  std::uint8_t level;
  bool high_tier;
  ChromaFormat chroma;
  std::uint8_t bit_depth;  // 8, 10 or 12
  /// What the sequence header in the record says. Empty if the record has none, or one that cannot be read.
  /// The first key frame has a sequence header in any case.
  std::optional<Av1Sequence> sequence{};

  friend bool operator==(const Av1Config&, const Av1Config&) = default;
};

/// Returns nothing if `record` is cut short before its OBUs, has a version other than 1, a reserved profile,
/// or a subsampling that does not exist. The record of MPEG2TSSequenceStart (Enhanced RTMP v2) is a different
/// one, for which this returns nothing. Does not allocate.
std::optional<Av1Config> read_av1_config(std::span<const std::uint8_t> record);

/// Returns what the first sequence header among the OBUs of a frame says. An OBU without a size extends to
/// the end of the frame. Returns nothing if there is no sequence header, or if it is malformed. Does not
/// allocate.
std::optional<Av1Sequence> read_av1_sequence(std::span<const std::uint8_t> obus);

}  // namespace rtmp
