// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "amf0_value.h"

namespace rtmp {

/// The publisher's clock according to onFI: when each frame was taken.
class WallClock {
 public:
  /// Takes an onFI message of this time in the stream. Its date `sd` ("26-11-2026") and its time of day `st`
  /// ("10:52:12.345") are in UTC. A message that cannot be read is ignored.
  void see_frame_information(const AmfValue& information, GstClockTime time);
  /// Adds to a frame of this time a GstReferenceTimestampMeta of timestamp/x-unix, which says when the frame
  /// was taken. Does nothing before the first onFI.
  void stamp(GstBuffer* frame, GstClockTime time) const;
  void reset() { known_.reset(); }

 private:
  struct Known {
    GstClockTime unix_time;  // ns since 1970
    GstClockTime time;       // the same moment in the stream
  };
  std::optional<Known> known_{};
};

}  // namespace rtmp
