// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sps.h"

#include <iterator>
#include <limits>
#include <numeric>

#include "rtmp/limits.h"

namespace rtmp {
namespace {

// ISO/IEC 14496-10, table E-1, by aspect_ratio_idc. 0 means not specified.
constexpr Ratio kAspectRatios[] = {{0, 0},   {1, 1},    {12, 11}, {10, 11}, {16, 11}, {40, 33},
                                   {24, 11}, {20, 11},  {32, 11}, {80, 33}, {18, 11}, {15, 11},
                                   {64, 33}, {160, 99}, {4, 3},   {3, 2},   {2, 1}};
constexpr std::uint32_t kExtendedSar = 255;

std::optional<Ratio> read_aspect_ratio(BitReader& sps) {
  const std::uint32_t idc = sps.bits(8);
  if (idc == kExtendedSar) {
    const std::uint32_t width = sps.bits(16), height = sps.bits(16);
    return sps.ok() ? ratio_of(width, height) : std::nullopt;
  }
  if (!sps.ok() || idc == 0 || idc >= std::size(kAspectRatios)) return std::nullopt;
  return kAspectRatios[idc];
}

std::optional<ColorDescription> read_color(BitReader& sps) {
  ColorDescription color;
  sps.skip(3);  // video_format
  color.full_range = sps.flag();
  if (sps.flag()) {
    color.primaries = sps.byte();
    color.transfer = sps.byte();
    color.matrix = sps.byte();
  }
  return sps.ok() ? std::optional(color) : std::nullopt;
}

}  // namespace

std::optional<ChromaFormat> chroma_format(std::uint32_t idc) {
  if (idc > static_cast<std::uint32_t>(ChromaFormat::k444)) return std::nullopt;
  return static_cast<ChromaFormat>(idc);
}

std::optional<Ratio> ratio_of(std::uint64_t numerator, std::uint64_t denominator) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (numerator == 0 || denominator == 0) return std::nullopt;
  const std::uint64_t common = std::gcd(numerator, denominator);
  numerator /= common;
  denominator /= common;
  if (numerator > kMost || denominator > kMost) return std::nullopt;
  return Ratio{static_cast<std::uint32_t>(numerator), static_cast<std::uint32_t>(denominator)};
}

std::optional<Ratio> frame_rate_of(std::uint64_t ticks_per_second, std::uint64_t ticks_per_frame) {
  constexpr std::uint64_t kTooFast = 1000;
  if (ticks_per_second / kTooFast >= ticks_per_frame) return std::nullopt;
  return ratio_of(ticks_per_second, ticks_per_frame);
}

std::optional<std::uint8_t> read_bit_depth(BitReader& sps) {
  constexpr std::uint32_t kLeast = 8, kMost = 16;
  const std::uint32_t beyond = sps.ue();
  if (beyond > kMost - kLeast) return std::nullopt;
  return static_cast<std::uint8_t>(kLeast + beyond);
}

std::optional<VideoSize> bounded_size(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0) return std::nullopt;
  if (width > limits::kMaxVideoSide || height > limits::kMaxVideoSide) return std::nullopt;
  return VideoSize{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

std::optional<VideoSize> read_cropped_size(BitReader& sps, std::uint64_t width, std::uint64_t height,
                                           ChromaFormat chroma, std::uint64_t row_unit) {
  if (sps.flag()) {
    const std::uint64_t unit_x = chroma == ChromaFormat::k420 || chroma == ChromaFormat::k422 ? 2 : 1;
    const std::uint64_t unit_y = (chroma == ChromaFormat::k420 ? 2 : 1) * row_unit;
    const std::uint64_t left = sps.ue(), right = sps.ue(), top = sps.ue(), bottom = sps.ue();
    const std::uint64_t x = (left + right) * unit_x;
    const std::uint64_t y = (top + bottom) * unit_y;
    if (x >= width || y >= height) return std::nullopt;
    width -= x;
    height -= y;
  }
  return sps.ok() ? bounded_size(width, height) : std::nullopt;
}

void read_vui_display(BitReader& sps, PictureFormat& picture) {
  if (sps.flag()) picture.pixel_aspect_ratio = read_aspect_ratio(sps);
  if (sps.flag()) sps.flag();  // overscan_appropriate_flag
  if (sps.flag()) picture.color = read_color(sps);
  if (sps.flag()) {
    sps.ue();  // chroma_sample_loc_type_top_field
    sps.ue();  // and of the bottom field
  }
}

}  // namespace rtmp
