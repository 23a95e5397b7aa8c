// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp::test {

/// Whether the GStreamer that runs is version 1.`minor` or later.
inline bool gst_is_at_least(guint minor) {
  guint numbers[4] = {};
  gst_version(&numbers[0], &numbers[1], &numbers[2], &numbers[3]);
  return numbers[1] >= minor;
}

}  // namespace rtmp::test
