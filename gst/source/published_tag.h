// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "rtmp/due_clock.h"
#include "rtmp/media_info.h"
#include "rtmp/tag.h"
#include "rtmp/tracks.h"

namespace rtmp {

/// A tag, and what the streaming thread has to know of it. The reader thread notes that down, as long as the
/// bytes are in its cache: they are not in the other's.
struct PublishedTag {
  PublishedTag(Tag published, bool is_first) : tag(std::move(published)), first(is_first) {
    if (tag.type() == TagType::kScript) return;
    beyond_flv = has_codec_beyond_flv(tag.type(), tag.body());
    if (!beyond_flv) return;  // one track, without a number
    const auto packet = TrackReader(tag).next();
    if (packet) track = packet->track;
  }

  Tag tag;
  bool first;               // of its publisher
  std::uint8_t track = 0;   // the first that it has something for
  bool beyond_flv = false;  // codec_beyond_flv() names its codec
  Arrival arrival{};        // by g_get_monotonic_time(); TagQueue fills that in
};

}  // namespace rtmp
