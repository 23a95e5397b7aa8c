// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/media_info.h"

namespace rtmp {

/// The size of the pictures of a sequence parameter set of the base layer (ISO/IEC 23008-2, 7.3.2.2),
/// conformance window applied. `nal` begins with the header of the NAL unit. Nothing if it is another, cut
/// short, or out of bounds.
std::optional<VideoSize> hevc_sps_size(std::span<const std::uint8_t> nal);

/// That of the first one in an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1).
std::optional<VideoSize> hevc_record_size(std::span<const std::uint8_t> record);

}  // namespace rtmp
