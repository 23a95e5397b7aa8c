// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/media_header.h"

namespace rtmp {

inline constexpr int kExMalformed = -1;

/// An extended header (Enhanced RTMP v2) up to its tracks. It has views into the body.
struct ExHeader {
  /// kExMalformed if the body ends before it, or if it is not possible: a multitrack in a multitrack.
  int packet_type = kExMalformed;
  /// The tag is a video command. It has no track; the number of the command follows.
  bool command = false;
  MediaHeader::Tracks tracks = MediaHeader::Tracks::kPlain;
  /// To be added to the timestamp, in ns, less than a millisecond. The last modifier that has it counts.
  std::optional<std::uint32_t> nano_offset{};
  /// A modifier has a nano offset that is too short or too large.
  bool bad_nano_offset = false;
  /// What follows: a FourCC, and behind it the data of the track or the tracks.
  std::span<const std::uint8_t> rest{};
};

/// Reads the header of a body that has an extended one, and so is not empty. `media` is kAudio or kVideo.
ExHeader read_ex_header(TagType media, std::span<const std::uint8_t> body);

}  // namespace rtmp
