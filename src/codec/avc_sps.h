// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/picture.h"

namespace rtmp {

/// Reads the pictures of a sequence parameter set of H.264 (ISO/IEC 14496-10, 7.3.2.1.1). `nal` begins with
/// the header of the NAL unit. Returns nothing if it is a unit of another type, if a value is out of bounds,
/// or if the set is cut short before the last field that the size needs. If only the video usability
/// information is cut short or malformed, the fields that it would set are empty.
std::optional<PictureFormat> read_avc_sps(std::span<const std::uint8_t> nal);

}  // namespace rtmp
