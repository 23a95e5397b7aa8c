// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "rtmp/tracks.h"

namespace rtmp {

/// What the colours of a video track mean, as far as it says so (Enhanced RTMP v2, colorInfo). The first four
/// are the numbers of ISO/IEC 23091-4, the light levels candelas per square metre.
struct Colors {
  std::optional<std::uint32_t> bit_depth{};
  std::optional<std::uint32_t> primaries{};
  std::optional<std::uint32_t> transfer{};  // 16: PQ, 18: HLG
  std::optional<std::uint32_t> matrix{};
  std::optional<std::uint32_t> max_content_light{};
  std::optional<std::uint32_t> max_frame_average_light{};

  friend bool operator==(const Colors&, const Colors&) = default;
};

/// Nothing for a packet with other content, for one longer than limits::kMaxMetadata, and for what cannot be
/// decoded. What takes back all that was said before is a Colors of nothing.
std::optional<Colors> read_colors(const TrackPacket& packet);

}  // namespace rtmp
