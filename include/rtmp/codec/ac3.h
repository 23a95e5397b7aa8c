// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

/// What the header of a frame of AC-3 or E-AC-3 says (ETSI TS 102 366, 4.4, E.1.2).
struct Ac3Header {
  std::uint32_t rate;           // samples in a second
  std::uint8_t channels;        // 1 to 6, of which one may be for low frequencies
  std::uint16_t frame_samples;  // of each channel, in a frame

  friend bool operator==(const Ac3Header&, const Ac3Header&) = default;
};

/// `frame` begins with the synchronization word. Nothing if it does not, is a frame of the other codec, is
/// cut short, or has a reserved rate or size. Of E-AC-3 this describes the first substream, and further
/// substreams may add channels. Neither function allocates.
std::optional<Ac3Header> read_ac3_header(std::span<const std::uint8_t> frame);
std::optional<Ac3Header> read_eac3_header(std::span<const std::uint8_t> frame);

}  // namespace rtmp
