// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <map>
#include <string>

#include "rtmp/colors.h"
#include "rtmp/media_info.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// Counts what has come of one track. Only one thread may use it at a time.
class TrackStatistics {
 public:
  void add(const TrackPacket& packet);
  /// Does what add() does with a frame, if the codec is known.
  void add_frame(std::size_t bytes, bool key_frame) {
    bytes_ += bytes;
    ++frames_;
    if (key_frame) ++key_frames_;
  }

  [[nodiscard]] const std::string& codec() const { return codec_; }
  /// Returns the size of the pictures according to the last configuration. Nothing if that is not known.
  [[nodiscard]] const std::optional<VideoSize>& size() const { return size_; }

  /// Returns a new structure, as documented for the `stats` property. The caller owns it.
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

/// The tracks by their numbers.
using TrackTable = std::map<unsigned, TrackStatistics>;

/// Sets a field to an array of the tracks' structures.
void set_tracks(GstStructure* structure, const char* name, const TrackTable& tracks);

}  // namespace rtmp
