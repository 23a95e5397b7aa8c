// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "endian.h"

namespace rtmp {

/// Takes the first NAL unit off `rest`, the list of a configuration record, in which two bytes of length
/// precede each unit. If the list is cut short there, it returns an empty unit and leaves an empty list.
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
