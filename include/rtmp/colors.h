// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "rtmp/tracks.h"

namespace rtmp {

/// A point of CIE 1931: both between 0 and 1.
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
  double max_luminance;  // candelas per square metre; more than 0
  double min_luminance;  // 0 or more

  friend bool operator==(const MasteringDisplay&, const MasteringDisplay&) = default;
};

/// What the colours of a video track mean, as far as it says so (Enhanced RTMP v2, colorInfo). The first four
/// are the numbers of ISO/IEC 23091-4, the light levels candelas per square metre.
struct Colors {
  std::optional<std::uint32_t> bit_depth{};
  std::optional<std::uint32_t> primaries{};
  std::optional<std::uint32_t> transfer{};  // 16: PQ, 18: HLG
  std::optional<std::uint32_t> matrix{};
  std::optional<std::uint32_t> max_content_light{};
  std::optional<std::uint32_t> max_frame_average_light{};
  std::optional<MasteringDisplay> mastering_display{};  // if all of it is said

  friend bool operator==(const Colors&, const Colors&) = default;
};

/// Nothing for a packet with other content, for one longer than limits::kMaxMetadata, and for what cannot be
/// decoded. What takes back all that was said before is a Colors of nothing.
std::optional<Colors> read_colors(const TrackPacket& packet);

}  // namespace rtmp
