// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
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

/// "MEDIAN (LOWEST..HIGHEST)".
[[nodiscard]] inline std::string spread(const std::vector<double>& values, int digits) {
  const auto [low, high] = std::ranges::minmax(values);
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%.*f (%.*f..%.*f)", digits, median(values), digits, low, digits,
                high);
  return text.data();
}

}  // namespace rtmp::bench
