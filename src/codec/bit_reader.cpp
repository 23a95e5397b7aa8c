// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bit_reader.h"

namespace rtmp {

bool BitReader::load() {
  // 00 00 03     the byte 03 is not part of the fields
  if (escaped_ && zeros_ >= 2 && at_ < bytes_.size() && bytes_[at_] == 3) {
    ++at_;
    zeros_ = 0;
  }
  if (at_ >= bytes_.size()) return false;
  byte_ = bytes_[at_++];
  bits_left_ = 8;
  zeros_ = byte_ == 0 ? zeros_ + 1 : 0;
  return true;
}

bool BitReader::flag() {
  if (bits_left_ == 0 && !load()) ok_ = false;
  if (!ok_) return false;
  --bits_left_;
  return byte_ >> bits_left_ & 1;
}

std::uint32_t BitReader::bits(int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 1 | (flag() ? 1u : 0u);
  return value;
}

void BitReader::skip(int count) {
  for (int i = 0; i < count; ++i) flag();
}

std::uint32_t BitReader::ue() {
  constexpr int kMostZeros = 31;
  int zeros = 0;
  while (ok_ && !flag()) {
    if (++zeros > kMostZeros) ok_ = false;
  }
  const std::uint32_t suffix = bits(zeros);
  return ok_ ? (std::uint32_t{1} << zeros) - 1 + suffix : 0;
}

std::int32_t BitReader::se() {
  const std::uint32_t code = ue();
  const auto half = static_cast<std::int32_t>(code / 2);
  return code % 2 == 1 ? half + 1 : -half;
}

}  // namespace rtmp
