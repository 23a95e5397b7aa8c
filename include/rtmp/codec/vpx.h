// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// What a VPCodecConfigurationRecord says (VP8 and VP9; VP Codec ISO Media File Format Binding).
struct VpxConfig {
  std::uint8_t profile;    // 0 to 3
  std::uint8_t level;      // 10 times the level; 0 if it is not known
  std::uint8_t bit_depth;  // 8, 10 or 12
  ChromaFormat chroma;
  ColorDescription color;

  friend bool operator==(const VpxConfig&, const VpxConfig&) = default;
};

/// `record` may begin with the version and flags of an MP4 box, as FFmpeg sends it, or without them, as
/// Enhanced RTMP specifies it. Returns nothing if it is cut short before the end of its colours, or has a
/// profile, bit depth or subsampling that does not exist. Does not allocate.
std::optional<VpxConfig> read_vpx_config(std::span<const std::uint8_t> record);

/// What the header of a key frame of VP8 or VP9 says.
struct VpxKeyFrame {
  std::uint8_t profile;  // the version of VP8, the profile of VP9
  PictureFormat picture;

  friend bool operator==(const VpxKeyFrame&, const VpxKeyFrame&) = default;
};

/// Both return nothing for a frame that is no key frame, and for a header that is malformed or cut short.
/// They do not allocate.
std::optional<VpxKeyFrame> read_vp8_key_frame(std::span<const std::uint8_t> frame);  // RFC 6386, 9.1
std::optional<VpxKeyFrame> read_vp9_key_frame(
    std::span<const std::uint8_t> frame);  // VP9 bitstream specification, 6.2

}  // namespace rtmp
