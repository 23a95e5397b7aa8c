// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "codec.h"
#include "pointers.h"
#include "rtmp/codec/ac3.h"
#include "rtmp/codec/av1.h"
#include "rtmp/codec/mpeg_audio.h"
#include "rtmp/codec/vpx.h"
#include "rtmp/colors.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// The sound of a codec, according to the header of a classic audio tag or to the codec itself.
struct SoundFormat {
  std::uint32_t rate;  // samples per second
  std::uint8_t channels;
  std::uint8_t sample_bits;

  friend bool operator==(const SoundFormat&, const SoundFormat&) = default;
};

/// What a frame says about itself and the frames after it, as far as the caps need it.
using FrameFormat =
    std::variant<std::monostate, SoundFormat, MpegAudioHeader, Ac3Header, VpxKeyFrame, Av1Sequence>;

/// Returns nothing for codecs whose frames do not say it, or not in each frame, and for a frame that cannot
/// be read. `first_byte` is that of the tag's body, because classic audio headers tell the format of some
/// codecs.
std::optional<FrameFormat> read_frame_format(Codec codec, const TrackPacket& frame, std::uint8_t first_byte);

/// Everything that is known about the format of a track.
struct TrackFormat {
  Codec codec = Codec::kUnknown;
  std::vector<std::uint8_t> configuration{};
  FrameFormat frame{};
  std::optional<Channels> channels{};
  std::optional<Colors> colors{};
};

/// Returns the caps. Returns null as long as something is missing that they need, or if the format cannot be
/// read.
CapsPtr track_caps(const TrackFormat& format);

}  // namespace rtmp
