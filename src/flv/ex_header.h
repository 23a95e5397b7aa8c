// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

namespace rtmp {

/// The packet type of an extended header (Enhanced RTMP v2), audio or video, behind its ModEx prefixes and
/// its multitrack wrapping; `multitrack` is the type that stands for the wrapping in this kind of header.
/// kExMalformed where the body ends before it, or where a multitrack is wrapped in another.
inline constexpr int kExMalformed = -1;
int ex_packet_type(std::span<const std::uint8_t> body, std::uint8_t multitrack);

}  // namespace rtmp
