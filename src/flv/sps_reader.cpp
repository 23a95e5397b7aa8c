// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sps_reader.h"

#include "rtmp/limits.h"

namespace rtmp {

bool SpsReader::load() {
  // 00 00 03     the 03 is not part of the fields
  if (zeros_ >= 2 && at_ < nal_.size() && nal_[at_] == 3) {
    ++at_;
    zeros_ = 0;
  }
  if (at_ >= nal_.size()) return false;
  byte_ = nal_[at_++];
  bits_left_ = 8;
  zeros_ = byte_ == 0 ? zeros_ + 1 : 0;
  return true;
}

bool SpsReader::flag() {
  if (bits_left_ == 0 && !load()) ok_ = false;
  if (!ok_) return false;
  --bits_left_;
  return byte_ >> bits_left_ & 1;
}

std::uint32_t SpsReader::bits(int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 1 | (flag() ? 1u : 0u);
  return value;
}

void SpsReader::skip(int count) {
  for (int i = 0; i < count; ++i) flag();
}

std::uint32_t SpsReader::ue() {
  constexpr int kMostZeros = 31;
  int zeros = 0;
  while (ok_ && !flag()) {
    if (++zeros > kMostZeros) ok_ = false;
  }
  const std::uint32_t suffix = bits(zeros);
  return ok_ ? (std::uint32_t{1} << zeros) - 1 + suffix : 0;
}

std::int32_t SpsReader::se() {
  const std::uint32_t code = ue();
  const auto half = static_cast<std::int32_t>(code / 2);
  return code % 2 == 1 ? half + 1 : -half;
}

std::optional<VideoSize> SpsReader::cropped(std::uint64_t width, std::uint64_t height,
                                            std::uint32_t chroma_format, std::uint64_t row_unit) {
  constexpr std::uint32_t k420 = 1, k422 = 2;
  if (flag()) {
    const std::uint64_t unit_x = chroma_format == k420 || chroma_format == k422 ? 2 : 1;
    const std::uint64_t unit_y = (chroma_format == k420 ? 2 : 1) * row_unit;
    const std::uint64_t left = ue(), right = ue(), top = ue(), bottom = ue();
    const std::uint64_t x = (left + right) * unit_x;
    const std::uint64_t y = (top + bottom) * unit_y;
    if (x >= width || y >= height) return std::nullopt;
    width -= x;
    height -= y;
  }
  if (!ok_ || width == 0 || height == 0) return std::nullopt;
  if (width > limits::kMaxVideoSide || height > limits::kMaxVideoSide) return std::nullopt;
  return VideoSize{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

}  // namespace rtmp
