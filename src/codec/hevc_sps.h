// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// The pictures of a sequence parameter set of the base layer of H.265 (ISO/IEC 23008-2, 7.3.2.2). `nal`
/// begins with the header of the NAL unit. Nothing if it is another unit, out of bounds, or cut short before
/// the end of the bit depths. Where only what follows is cut short or malformed, what that says is missing.
std::optional<PictureFormat> read_hevc_sps(std::span<const std::uint8_t> nal);

}  // namespace rtmp
