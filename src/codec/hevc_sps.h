// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// Reads the pictures of a sequence parameter set of the base layer of H.265 (ISO/IEC 23008-2, 7.3.2.2).
/// `nal` begins with the header of the NAL unit. Returns nothing if it is a unit of another type, if a value
/// is out of bounds, or if the set is cut short before the end of the bit depths. If only what follows is cut
/// short or malformed, the fields that it would set are empty.
std::optional<PictureFormat> read_hevc_sps(std::span<const std::uint8_t> nal);

}  // namespace rtmp
