// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/media_header.h"

namespace rtmp {

inline constexpr int kExMalformed = -1;

/// An extended header (Enhanced RTMP v2) up to its tracks. Views into the body.
struct ExHeader {
  /// kExMalformed where the body ends before it, or where it cannot be: a multitrack in a multitrack.
  int packet_type = kExMalformed;
  /// A video command: what follows is its number, and no track.
  bool command = false;
  MediaHeader::Tracks tracks = MediaHeader::Tracks::kPlain;
  /// Nanoseconds to add to the timestamp, less than a millisecond; of the last modifier that has them.
  std::optional<std::uint32_t> nano_offset{};
  /// There is one that has them wrong: too short, or too large a number.
  bool bad_nano_offset = false;
  /// What follows: a FourCC, and what the track or the tracks have behind it.
  std::span<const std::uint8_t> rest{};
};

/// The body is one with an extended header, and so not empty; `media` is kAudio or kVideo.
ExHeader read_ex_header(TagType media, std::span<const std::uint8_t> body);

}  // namespace rtmp
