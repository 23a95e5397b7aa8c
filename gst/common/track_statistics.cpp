// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_statistics.h"

#include "text.h"

namespace rtmp {
namespace {

using Content = TrackPacket::Content;

void set(GstStructure* structure, const char* name, const std::optional<std::uint32_t>& number) {
  if (number) gst_structure_set(structure, name, G_TYPE_UINT, static_cast<guint>(*number), nullptr);
}

}  // namespace

void TrackStatistics::add(const TrackPacket& packet, bool key_frame) {
  bytes_ += packet.payload.size();
  switch (packet.content) {
    case Content::kConfiguration:
      codec_ = codec_name(packet);
      if (const auto size = video_size(packet)) size_ = size;
      break;
    case Content::kFrame:
      // Most codecs of old have no configuration.
      if (codec_.empty()) codec_ = codec_name(packet);
      ++frames_;
      if (key_frame) ++key_frames_;
      break;
    case Content::kChannels:
      channels_ = read_channels(packet);
      break;
    case Content::kColors:
      colors_ = read_colors(packet).value_or(colors_);
      break;
    default:
      break;
  }
}

GstStructure* TrackStatistics::to_structure(unsigned track) const {
  GstStructure* structure =
      gst_structure_new("track", "id", G_TYPE_UINT, track, "codec", G_TYPE_STRING, to_utf8(codec_).get(),
                        "frames", G_TYPE_UINT64, frames_, "key-frames", G_TYPE_UINT64, key_frames_, "bytes",
                        G_TYPE_UINT64, bytes_, nullptr);
  if (size_) {
    set(structure, "width", size_->width);
    set(structure, "height", size_->height);
  }
  if (channels_) {
    set(structure, "channels", channels_->count);
    set(structure, "channel-places", channels_->places);
  }
  set(structure, "bit-depth", colors_.bit_depth);
  set(structure, "color-primaries", colors_.primaries);
  set(structure, "transfer-characteristics", colors_.transfer);
  set(structure, "matrix-coefficients", colors_.matrix);
  set(structure, "max-content-light", colors_.max_content_light);
  set(structure, "max-frame-average-light", colors_.max_frame_average_light);
  return structure;
}

void set_tracks(GstStructure* structure, const char* name, const TrackTable& tracks) {
  GValue array = G_VALUE_INIT;
  gst_value_array_init(&array, static_cast<guint>(tracks.size()));
  for (const auto& [number, track] : tracks) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value, track.to_structure(number));
    gst_value_array_append_and_take_value(&array, &value);
  }
  gst_structure_take_value(structure, name, &array);
}

}  // namespace rtmp
