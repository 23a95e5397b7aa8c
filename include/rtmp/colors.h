// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "rtmp/tracks.h"

namespace rtmp {

/// A colour as a point of CIE 1931. Both coordinates lie between 0 and 1.
struct Chromaticity {
  double x;
  double y;

  friend bool operator==(const Chromaticity&, const Chromaticity&) = default;
};

/// The display on which a video was graded (SMPTE ST 2086).
struct MasteringDisplay {
  Chromaticity red;
  Chromaticity green;
  Chromaticity blue;
  Chromaticity white;
  double max_luminance;  // in candelas per square metre, more than 0
  double min_luminance;  // the same unit, 0 or more

  friend bool operator==(const MasteringDisplay&, const MasteringDisplay&) = default;
};

/// What the colours of a video track mean (Enhanced RTMP v2, colorInfo). A field is empty if the track does
/// not say it. The first four numbers are those of ISO/IEC 23091-4. Light levels are in candelas per square
/// metre.
struct Colors {
  std::optional<std::uint32_t> bit_depth{};
  std::optional<std::uint32_t> primaries{};
  std::optional<std::uint32_t> transfer{};  // 16: PQ, 18: HLG
  std::optional<std::uint32_t> matrix{};
  std::optional<std::uint32_t> max_content_light{};
  std::optional<std::uint32_t> max_frame_average_light{};
  std::optional<MasteringDisplay> mastering_display{};  // set only if the track says all of it

  friend bool operator==(const Colors&, const Colors&) = default;
};

/// Reads the colours that a packet of content kColors has. Returns Colors without any field if the packet
/// takes back what was said before. Returns nothing for a packet of other content, for one that is longer
/// than limits::kMaxMetadata, and for one that cannot be decoded.
std::optional<Colors> read_colors(const TrackPacket& packet);

}  // namespace rtmp
