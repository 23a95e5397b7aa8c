// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rtmp {

// Bodies of the protocol control and user control messages (RTMP 1.0, sections 5.4 and 7.1.7).

enum class UserControlEvent : std::uint16_t {
  kStreamBegin = 0,
  kPingRequest = 6,
  kPingResponse = 7,
};

enum class BandwidthLimit : std::uint8_t { kHard = 0, kSoft = 1, kDynamic = 2 };

/// Set Chunk Size, Acknowledgement and Window Acknowledgement Size have a body of one number.
std::vector<std::uint8_t> encode_number(std::uint32_t v);
std::vector<std::uint8_t> encode_set_peer_bandwidth(std::uint32_t window, BandwidthLimit limit);
std::vector<std::uint8_t> encode_user_control(UserControlEvent event, std::uint32_t v);

/// Returns the first number of a body. Returns nothing if the body is too short.
std::optional<std::uint32_t> decode_number(std::span<const std::uint8_t> body);

/// Returns the value of a ping request. Returns nothing if the body is another event, or too short.
std::optional<std::uint32_t> decode_ping_request(std::span<const std::uint8_t> body);

}  // namespace rtmp
