// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "wire.h"

namespace rtmp::test {

/// Fields of a parameter set or another header, as an encoder writes them one after the other.
class BitWriter {
 public:
  BitWriter& u(int count, std::uint64_t value) {
    for (int i = count; i-- > 0;) bits_.push_back((value >> i & 1) != 0 ? '1' : '0');
    return *this;
  }
  BitWriter& flag(bool value) { return u(1, value); }
  BitWriter& ue(std::uint64_t value) {
    int length = 0;
    while ((value + 1) >> length > 1) ++length;
    return u(length, 0).u(length + 1, value + 1);
  }
  BitWriter& se(std::int64_t value) {
    return ue(static_cast<std::uint64_t>(value > 0 ? 2 * value - 1 : -2 * value));
  }

  /// Zeros up to the next byte.
  BitWriter& align() {
    bits_.resize((bits_.size() + 7) / 8 * 8, '0');
    return *this;
  }

  /// The fields, with zeros up to the next byte.
  [[nodiscard]] Bytes bytes() const {
    Bytes bytes;
    const std::string bits = BitWriter(*this).align().bits_;
    for (std::size_t i = 0; i < bits.size(); i += 8)
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(bits.substr(i, 8), nullptr, 2)));
    return bytes;
  }

  /// The fields, a stop bit, and emulation prevention bytes where they must be.
  [[nodiscard]] Bytes nal() const {
    Bytes bytes;
    int zeros = 0;
    for (const std::uint8_t byte : BitWriter(*this).flag(true).bytes()) {
      if (zeros >= 2 && byte <= 3) {
        bytes.push_back(3);
        zeros = 0;
      }
      bytes.push_back(byte);
      zeros = byte == 0 ? zeros + 1 : 0;
    }
    return bytes;
  }

 private:
  std::string bits_;
};

}  // namespace rtmp::test
