// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rtmp/codec/picture.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// A packet's codec by the name that people know it by: "H.264", "AAC"; also of ids that are in use and in no
/// specification. A codec without a name is "id 12", or its FourCC with a dot for each byte that is not
/// printable ASCII.
std::string codec_name(const TrackPacket& packet);

/// The codec of an audio or video tag's first track, where FLV 10.1 has none for it: "hvc1 (H.265) as
/// Enhanced RTMP", "H.265 as codec 12". Nothing for those that it has, and where the body is cut short.
std::optional<std::string> codec_beyond_flv(const Tag& tag);
/// Whether a tag with this header has such a codec. Does not allocate.
bool has_codec_beyond_flv(const MediaHeader& header);

/// The size of the pictures, cropping applied, of a configuration of H.264 or H.265: of its first sequence
/// parameter set. Nothing for any other packet, and for a configuration that cannot be read or has a side of
/// more than limits::kMaxVideoSide.
std::optional<VideoSize> video_size(const TrackPacket& packet);

}  // namespace rtmp
