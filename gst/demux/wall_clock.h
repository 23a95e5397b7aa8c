// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "amf0_value.h"

namespace rtmp {

/// The publisher's clock, as onFI tells it: which frame was taken when.
class WallClock {
 public:
  /// An onFI message, of that time in the stream: its date `sd` ("26-11-2026") and its time of day `st`
  /// ("10:52:12.345"), which are taken for UTC. Nothing happens where they cannot be read.
  void see_frame_information(const AmfValue& information, GstClockTime time);
  /// Notes down on a frame of that time, as a GstReferenceTimestampMeta of timestamp/x-unix, when it was
  /// taken. Does nothing before there is an onFI.
  void stamp(GstBuffer* frame, GstClockTime time) const;
  void reset() { known_.reset(); }

 private:
  struct Known {
    GstClockTime unix_time;  // ns since 1970
    GstClockTime time;       // the same in the stream
  };
  std::optional<Known> known_{};
};

}  // namespace rtmp
