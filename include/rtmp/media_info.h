// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rtmp/codec/picture.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// Returns the usual name of a packet's codec, such as "H.264" or "AAC". It knows ids, too, that are in use
/// without being in a specification. A codec without a name is "id 12", or its FourCC with a dot for each
/// byte that is not printable ASCII.
std::string codec_name(const TrackPacket& packet);

/// Returns a text that names the codec of an audio or video tag's first track, if FLV 10.1 does not have that
/// codec: "hvc1 (H.265) as Enhanced RTMP", "H.265 as codec 12". Returns nothing for the codecs of FLV 10.1.
std::optional<std::string> codec_beyond_flv(const Tag& tag);
/// Returns whether a tag with this header has such a codec. Does not allocate.
bool has_codec_beyond_flv(const MediaHeader& header);

/// Returns the size of the pictures that a configuration of H.264 or H.265 announces in its first sequence
/// parameter set, after cropping. Returns nothing for any other packet, for a configuration that cannot be
/// read, and for a side of more than limits::kMaxVideoSide pixels.
std::optional<VideoSize> video_size(const TrackPacket& packet);

/// Returns the size of the pictures that a packet announces: a configuration of H.264, H.265, H.266 or AV1,
/// or a key frame of AV1, VP8 or VP9. Returns nothing for any other packet, and for one that cannot be read.
std::optional<VideoSize> announced_size(const TrackPacket& packet);

}  // namespace rtmp
