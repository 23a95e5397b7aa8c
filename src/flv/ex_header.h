// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rtmp {

inline constexpr int kExMalformed = -1;

/// An extended header (Enhanced RTMP v2), audio or video, without its ModEx prefixes and its multitrack
/// wrapping. Views into the body.
struct ExHeader {
  /// kExMalformed where the body ends before it, or where a multitrack is wrapped in another.
  int packet_type = kExMalformed;
  /// Of the first track. Four bytes, which may be anything; empty where the body ends before them.
  std::string_view fourcc;
  /// What the first track has behind that; empty where the body ends before it, or before its declared end.
  std::span<const std::uint8_t> payload;
};

/// `multitrack` is the packet type that stands for the wrapping in this kind of header; the body is not
/// empty. A video command (frame type 5, unless its packet type is metadata) has neither FourCC nor payload,
/// and what is said of them here means nothing.
ExHeader read_ex_header(std::span<const std::uint8_t> body, int multitrack);

}  // namespace rtmp
