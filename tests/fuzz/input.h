// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "memory_stream.h"
#include "wire.h"

namespace rtmp::fuzz {

/// What targets of byte streams take: a byte that says how the rest comes, then what the peer sends.
struct Delivery {
  test::Bytes bytes;
  test::SplitPoints splits;

  /// `before` is sent in front of the input's bytes.
  Delivery(const std::uint8_t* data, std::size_t size, const test::Bytes& before = {}) : bytes(before) {
    if (size == 0) return;
    bytes.insert(bytes.end(), data + 1, data + size);
    bytes.shrink_to_fit();
    splits = data[0] == 0 ? test::split_every(1, bytes.size()) : test::split_randomly(data[0], bytes.size());
  }

  [[nodiscard]] test::MemoryStream in_pieces() const { return test::MemoryStream(bytes, splits); }
  /// Where they are, what a chunk means may depend on how many bytes behind it have come: who does not say
  /// whether he repeats them has to be guessed at (ExtendedTimestampResolver).
  [[nodiscard]] bool may_have_extended_timestamps() const {
    return std::search_n(bytes.begin(), bytes.end(), 3, 0xFF) != bytes.end();
  }

  [[nodiscard]] test::MemoryStream at_once() const { return test::MemoryStream(bytes); }
};

}  // namespace rtmp::fuzz
