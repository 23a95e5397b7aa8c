// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/media_info.h"

namespace rtmp {

/// The size of the pictures of a sequence parameter set (ISO/IEC 14496-10, 7.3.2.1.1), cropping applied.
/// `nal` begins with the header of the NAL unit. Nothing if it is another, cut short, or out of bounds.
std::optional<VideoSize> avc_sps_size(std::span<const std::uint8_t> nal);

/// That of the first one in an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).
std::optional<VideoSize> avc_record_size(std::span<const std::uint8_t> record);

}  // namespace rtmp
