// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <utility>

#include "rtmp/due_clock.h"
#include "rtmp/tag.h"

namespace rtmp {

/// A tag on its way from the reader thread to the streaming thread. The streaming thread takes what it has to
/// know from here and not from the bytes, which are in the cache of the reader thread and not in its own.
struct PublishedTag {
  PublishedTag(Tag&& published, bool is_first) : tag(std::move(published)), first(is_first) {}

  Tag tag;
  bool first;         // whether it is the first of its publisher
  Arrival arrival{};  // by g_get_monotonic_time(); TagQueue sets it
};

}  // namespace rtmp
