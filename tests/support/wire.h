// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rtmp::test {

using Bytes = std::vector<std::uint8_t>;

/// Bytes in a readable notation: wire("03 0003'app' 05 000009"). It has hex digits, text between quotes, and
/// blanks. The memory has exactly their size, so that ASan sees a read behind them.
inline Bytes wire(std::string_view notation) {
  Bytes bytes;
  while (!notation.empty()) {
    std::size_t used = 1;
    if (notation[0] == '\'') {
      const std::string_view text = notation.substr(1, notation.find('\'', 1) - 1);
      bytes.insert(bytes.end(), text.begin(), text.end());
      used = text.size() + 2;
    } else if (notation[0] != ' ') {
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(notation.substr(0, 2)), nullptr, 16)));
      used = 2;
    }
    notation.remove_prefix(used);
  }
  bytes.shrink_to_fit();
  return bytes;
}

/// The first `size` bytes in memory of their own, so that ASan sees a read behind them.
inline Bytes cut(const Bytes& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

inline Bytes to_bytes(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

inline Bytes repeat(const Bytes& unit, std::size_t times) {
  Bytes bytes;
  bytes.reserve(unit.size() * times);
  for (std::size_t i = 0; i < times; ++i) bytes.insert(bytes.end(), unit.begin(), unit.end());
  return bytes;
}

}  // namespace rtmp::test
