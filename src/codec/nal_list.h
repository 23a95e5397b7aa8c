// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "endian.h"

namespace rtmp {

/// Takes a NAL unit off `rest`, the list of a configuration record, in which each has two bytes of length in
/// front. An empty one, and an end of the list, where it is cut short.
inline std::span<const std::uint8_t> take_nal_unit(std::span<const std::uint8_t>& rest) {
  constexpr std::size_t kLength = 2;
  const std::size_t size = rest.size() < kLength ? 0 : load_be16(rest.data());
  if (rest.size() < kLength + size) {
    rest = {};
    return {};
  }
  const auto unit = rest.subspan(kLength, size);
  rest = rest.subspan(kLength + size);
  return unit;
}

}  // namespace rtmp
