// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace rtmp {

/// In pixels; neither is 0, and neither is more than limits::kMaxVideoSide.
struct VideoSize {
  std::uint32_t width;
  std::uint32_t height;

  friend bool operator==(const VideoSize&, const VideoSize&) = default;
};

/// In lowest terms. Neither is 0, and neither is more than 2^31 - 1.
struct Ratio {
  std::uint32_t numerator;
  std::uint32_t denominator;

  friend bool operator==(const Ratio&, const Ratio&) = default;
};

/// What the numbers of a pixel mean, as code points of ISO/IEC 23091-2. 2 means that it is not specified.
struct ColorDescription {
  std::uint8_t primaries = 2;
  std::uint8_t transfer = 2;
  std::uint8_t matrix = 2;
  bool full_range = false;  // else the limited range of television

  friend bool operator==(const ColorDescription&, const ColorDescription&) = default;
};

/// The numbers are those of chroma_format_idc in H.264, H.265 and H.266.
enum class ChromaFormat : std::uint8_t { kMonochrome = 0, k420 = 1, k422 = 2, k444 = 3 };

/// What the configuration of a video decoder says of the pictures. What is optional is missing where the
/// configuration does not say it.
struct PictureFormat {
  VideoSize size;  // of the part that is shown
  ChromaFormat chroma = ChromaFormat::k420;
  std::uint8_t bit_depth_luma = 8;  // 8 to 16
  std::uint8_t bit_depth_chroma = 8;
  std::optional<Ratio> pixel_aspect_ratio{};  // width to height of a pixel
  std::optional<Ratio> frame_rate{};          // frames in a second
  std::optional<ColorDescription> color{};

  friend bool operator==(const PictureFormat&, const PictureFormat&) = default;
};

}  // namespace rtmp
