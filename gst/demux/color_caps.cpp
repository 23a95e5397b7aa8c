// SPDX-License-Identifier: LGPL-2.1-or-later
#include "color_caps.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "glib_text.h"

namespace rtmp {
namespace {

constexpr guint kUnspecified = 2;

void set_colorimetry(GstCaps* caps, const ColorDescription& coded, const Colors& told) {
  const guint primaries = told.primaries.value_or(coded.primaries);
  const guint transfer = told.transfer.value_or(coded.transfer);
  const guint matrix = told.matrix.value_or(coded.matrix);
  if (primaries == kUnspecified && transfer == kUnspecified && matrix == kUnspecified) return;
  const GstVideoColorimetry colorimetry{
      .range = coded.full_range ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235,
      .matrix = gst_video_color_matrix_from_iso(matrix),
      .transfer = gst_video_transfer_function_from_iso(transfer),
      .primaries = gst_video_color_primaries_from_iso(primaries)};
  const GText text(gst_video_colorimetry_to_string(&colorimetry));
  if (text) gst_caps_set_simple(caps, "colorimetry", G_TYPE_STRING, text.get(), nullptr);
}

guint16 to_16_bits(std::uint32_t value) {
  return static_cast<guint16>(std::min<std::uint32_t>(value, std::numeric_limits<guint16>::max()));
}

void set_light_level(GstCaps* caps, const Colors& told) {
  if (!told.max_content_light && !told.max_frame_average_light) return;
  GstVideoContentLightLevel level;
  gst_video_content_light_level_init(&level);
  level.max_content_light_level = to_16_bits(told.max_content_light.value_or(0));
  level.max_frame_average_light_level = to_16_bits(told.max_frame_average_light.value_or(0));
  gst_video_content_light_level_add_to_caps(&level, caps);
}

// In the units of SEI messages: 0.00002, and 0.0001 candelas per square metre.
void set_mastering_display(GstCaps* caps, const MasteringDisplay& display) {
  const auto point = [](const Chromaticity& from, auto& to) {
    constexpr double kUnits = 50'000;
    to.x = static_cast<guint16>(std::lround(from.x * kUnits));
    to.y = static_cast<guint16>(std::lround(from.y * kUnits));
  };
  constexpr double kUnits = 10'000;
  GstVideoMasteringDisplayInfo info;
  gst_video_mastering_display_info_init(&info);
  point(display.red, info.display_primaries[0]);
  point(display.green, info.display_primaries[1]);
  point(display.blue, info.display_primaries[2]);
  point(display.white, info.white_point);
  info.max_display_mastering_luminance = static_cast<guint32>(std::lround(display.max_luminance * kUnits));
  info.min_display_mastering_luminance = static_cast<guint32>(std::lround(display.min_luminance * kUnits));
  gst_video_mastering_display_info_add_to_caps(&info, caps);
}

}  // namespace

void set_colors(GstCaps* caps, const std::optional<ColorDescription>& coded,
                const std::optional<Colors>& told) {
  set_colorimetry(caps, coded.value_or(ColorDescription{}), told.value_or(Colors{}));
  if (!told) return;
  set_light_level(caps, *told);
  if (told->mastering_display) set_mastering_display(caps, *told->mastering_display);
}

}  // namespace rtmp
