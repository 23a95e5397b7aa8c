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

/// What the header of a classic audio tag says of the sound, or what a codec makes of it.
struct SoundFormat {
  std::uint32_t rate;  // samples in a second
  std::uint8_t channels;
  std::uint8_t sample_bits;

  friend bool operator==(const SoundFormat&, const SoundFormat&) = default;
};

/// What a frame says by itself of the frames from it on, as far as the caps need it.
using FrameFormat =
    std::variant<std::monostate, SoundFormat, MpegAudioHeader, Ac3Header, VpxKeyFrame, Av1Sequence>;

/// Reads it. Nothing for codecs whose frames say nothing, or not each of them, and for one that cannot be
/// read. `first_byte` is that of the tag's body: classic audio headers tell the format of some codecs.
std::optional<FrameFormat> read_frame_format(Codec codec, const TrackPacket& frame, std::uint8_t first_byte);

/// All that is known of a track's format.
struct TrackFormat {
  Codec codec = Codec::kUnknown;
  std::vector<std::uint8_t> configuration{};
  FrameFormat frame{};
  std::optional<Channels> channels{};
  std::optional<Colors> colors{};
};

/// The caps, or null as long as something is missing that they need, or where it cannot be read.
CapsPtr track_caps(const TrackFormat& format);

}  // namespace rtmp
