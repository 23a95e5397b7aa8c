// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace rtmp::bench {

/// The smallest value that at least this share of all values does not exceed. Not of an empty list.
template <typename T>
[[nodiscard]] T percentile(std::vector<T> values, double share) {
  std::ranges::sort(values);
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

template <typename T>
[[nodiscard]] T median(const std::vector<T>& values) {
  return percentile(values, 0.5);
}

}  // namespace rtmp::bench
