// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

/// What the header of a frame of AC-3 or E-AC-3 says (ETSI TS 102 366, 4.4 and E.1.2).
struct Ac3Header {
  std::uint32_t rate;           // samples per second
  std::uint8_t channels;        // 1 to 6; one of them may be for low frequencies
  std::uint16_t frame_samples;  // samples of each channel in a frame

  friend bool operator==(const Ac3Header&, const Ac3Header&) = default;
};

/// `frame` begins with the synchronization word. Both return nothing if it does not, if the frame is cut
/// short or is one of the other codec, or if its rate or size is reserved. Of E-AC-3 they describe the first
/// substream; further substreams may add channels. They do not allocate.
std::optional<Ac3Header> read_ac3_header(std::span<const std::uint8_t> frame);
std::optional<Ac3Header> read_eac3_header(std::span<const std::uint8_t> frame);

}  // namespace rtmp
