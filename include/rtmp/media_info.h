// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rtmp/tag.h"

namespace rtmp {

/// The codec of an audio or video tag, by the name that people know it by: "H.264", "AAC". From the classic
/// header (FLV 10.1, annex E.4.2.1, E.4.3.1, and ids in use that it does not have) or the extended one
/// (Enhanced RTMP v2), there of the first track if there are many. A codec without a name is "id 12", or its
/// FourCC with a dot for each byte that is not printable ASCII. Empty where it cannot be told: no media (a
/// script tag, silence, a video command), or cut short.
std::string codec_name(const Tag& tag);

/// In pixels; neither is 0.
struct VideoSize {
  std::uint32_t width;
  std::uint32_t height;

  friend bool operator==(const VideoSize&, const VideoSize&) = default;
};

/// The size of the pictures, cropping applied, of a sequence header of H.264 or H.265: of its first sequence
/// parameter set, and of its first track. Nothing for any other tag, and for a header that cannot be read or
/// has a side of more than limits::kMaxVideoSide.
std::optional<VideoSize> video_size(const Tag& tag);

}  // namespace rtmp
