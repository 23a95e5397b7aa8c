// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <map>
#include <string>

#include "rtmp/colors.h"
#include "rtmp/media_info.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// What has come of one track. Not thread-safe.
class TrackStatistics {
 public:
  void add(const TrackPacket& packet);

  [[nodiscard]] const std::string& codec() const { return codec_; }
  /// Of a sequence header; nothing if that is unknown.
  [[nodiscard]] const std::optional<VideoSize>& size() const { return size_; }

  /// As the `stats` property documents it; the caller owns it.
  [[nodiscard]] GstStructure* to_structure(unsigned track) const;

 private:
  std::string codec_;
  guint64 frames_ = 0;
  guint64 key_frames_ = 0;
  guint64 bytes_ = 0;
  std::optional<VideoSize> size_{};
  std::optional<Channels> channels_{};
  Colors colors_{};
};

/// By their number.
using TrackTable = std::map<unsigned, TrackStatistics>;

/// Sets a field to an array of the tracks' structures.
void set_tracks(GstStructure* structure, const char* name, const TrackTable& tracks);

}  // namespace rtmp
