// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_statistics.h"

#include "structure_fields.h"

namespace rtmp {
namespace {

using Content = TrackPacket::Content;

void set_if_known(GstStructure* structure, const char* name, const std::optional<std::uint32_t>& number) {
  if (number) set_uint(structure, name, *number);
}

}  // namespace

void TrackStatistics::add(const TrackPacket& packet) {
  bytes_ += packet.payload.size();
  switch (packet.content) {
    case Content::kConfiguration:
      codec_ = codec_name(packet);
      if (const auto size = video_size(packet)) size_ = size;
      break;
    case Content::kFrame:
      // Most old codecs have no configuration.
      if (codec_.empty()) codec_ = codec_name(packet);
      ++frames_;
      if (packet.key_frame) ++key_frames_;
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
  GstStructure* structure = gst_structure_new_empty("track");
  set_uint(structure, "id", track);
  set_string(structure, "codec", codec_);
  set_uint64(structure, "frames", frames_);
  set_uint64(structure, "key-frames", key_frames_);
  set_uint64(structure, "bytes", bytes_);
  if (size_) {
    set_uint(structure, "width", size_->width);
    set_uint(structure, "height", size_->height);
  }
  if (channels_) {
    set_uint(structure, "channels", channels_->count);
    set_uint(structure, "channel-places", channels_->places);
  }
  set_if_known(structure, "bit-depth", colors_.bit_depth);
  set_if_known(structure, "color-primaries", colors_.primaries);
  set_if_known(structure, "transfer-characteristics", colors_.transfer);
  set_if_known(structure, "matrix-coefficients", colors_.matrix);
  set_if_known(structure, "max-content-light", colors_.max_content_light);
  set_if_known(structure, "max-frame-average-light", colors_.max_frame_average_light);
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
