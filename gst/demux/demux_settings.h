// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp {

enum class DemuxTimestamps { kBuffer, kStream };

/// What becomes of data messages, besides a message on the bus.
enum class DataPads { kNone, kJson, kAmf };

/// What the properties of eflvdemux say.
struct DemuxSettings {
  DemuxTimestamps timestamps = DemuxTimestamps::kBuffer;
  guint track_wait_ms = 1000;
  DataPads data_pads = DataPads::kNone;
};

}  // namespace rtmp
