// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <ostream>

#include "rtmp/codec/picture.h"

namespace rtmp {

// How GoogleTest prints them.

inline void PrintTo(const VideoSize& size, std::ostream* out) { *out << size.width << "x" << size.height; }

inline void PrintTo(const Ratio& ratio, std::ostream* out) {
  *out << ratio.numerator << "/" << ratio.denominator;
}

inline void PrintTo(const ColorDescription& color, std::ostream* out) {
  *out << int{color.primaries} << "-" << int{color.transfer} << "-" << int{color.matrix}
       << (color.full_range ? " full" : " limited");
}

inline void PrintTo(const PictureFormat& picture, std::ostream* out) {
  PrintTo(picture.size, out);
  *out << " chroma " << static_cast<int>(picture.chroma) << ", " << int{picture.bit_depth_luma} << " and "
       << int{picture.bit_depth_chroma} << " bits";
  if (picture.pixel_aspect_ratio) PrintTo(*picture.pixel_aspect_ratio, &(*out << ", pixels "));
  if (picture.frame_rate) PrintTo(*picture.frame_rate, &(*out << ", rate "));
  if (picture.color) PrintTo(*picture.color, &(*out << ", colours "));
}

}  // namespace rtmp
