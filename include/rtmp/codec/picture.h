// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace rtmp {

/// A size in pixels. Neither side is 0, and neither is more than limits::kMaxVideoSide.
struct VideoSize {
  std::uint32_t width;
  std::uint32_t height;

  friend bool operator==(const VideoSize&, const VideoSize&) = default;
};

/// A ratio in lowest terms. Neither number is 0, and neither is more than 2^31 - 1.
struct Ratio {
  std::uint32_t numerator;
  std::uint32_t denominator;

  friend bool operator==(const Ratio&, const Ratio&) = default;
};

/// What the numbers of a pixel mean, as code points of ISO/IEC 23091-2. 2 means: not specified.
struct ColorDescription {
  std::uint8_t primaries = 2;
  std::uint8_t transfer = 2;
  std::uint8_t matrix = 2;
  bool full_range = false;  // false: the limited range of television

  friend bool operator==(const ColorDescription&, const ColorDescription&) = default;
};

/// How much colour a picture has. The numbers are those of chroma_format_idc in H.264, H.265 and H.266, which
/// do not have 4:4:0.
enum class ChromaFormat : std::uint8_t { kMonochrome = 0, k420 = 1, k422 = 2, k444 = 3, k440 = 4 };

/// What the configuration of a video decoder says about the pictures. Optional fields are empty if the
/// configuration does not say them.
struct PictureFormat {
  VideoSize size;  // the size of the part that is shown
  ChromaFormat chroma = ChromaFormat::k420;
  std::uint8_t bit_depth_luma = 8;  // 8 to 16
  std::uint8_t bit_depth_chroma = 8;
  std::optional<Ratio> pixel_aspect_ratio{};  // the width of a pixel to its height
  std::optional<Ratio> frame_rate{};          // frames per second
  std::optional<ColorDescription> color{};

  friend bool operator==(const PictureFormat&, const PictureFormat&) = default;
};

}  // namespace rtmp
