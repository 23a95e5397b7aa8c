// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp {

enum class DemuxTimestamps { kBuffer, kStream };

/// What happens to data messages, besides a message on the bus.
enum class DataPads { kNone, kJson, kAmf };

/// The values of the properties of eflvdemux.
struct DemuxSettings {
  DemuxTimestamps timestamps = DemuxTimestamps::kBuffer;
  guint track_wait_ms = 1000;
  DataPads data_pads = DataPads::kNone;
};

}  // namespace rtmp
