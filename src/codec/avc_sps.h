// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// The pictures of a sequence parameter set of H.264 (ISO/IEC 14496-10, 7.3.2.1.1). `nal` begins with the
/// header of the NAL unit. Nothing if it is another unit, out of bounds, or cut short before all that tells
/// the size. Where only the video usability information is cut short or malformed, what it says is missing.
std::optional<PictureFormat> read_avc_sps(std::span<const std::uint8_t> nal);

}  // namespace rtmp
