// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec.h"
#include "pointers.h"
#include "rtmp/codec/picture.h"
#include "rtmp/colors.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// What a frame says by itself of the frames from it on, as far as the caps need it.
struct FrameFormat {
  std::optional<VideoSize> size{};
  std::uint32_t rate = 0;  // 0 where it is not said, as below
  std::uint8_t channels = 0;
  std::uint8_t layer = 0;         // of MPEG audio
  std::uint8_t mpeg_version = 0;  // of its specification: 1, or 2 for half the rates and less
  std::uint8_t sample_bits = 0;   // of raw audio

  friend bool operator==(const FrameFormat&, const FrameFormat&) = default;
};

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
