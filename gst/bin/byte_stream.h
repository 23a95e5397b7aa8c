// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "pointers.h"

namespace rtmp {

/// Returns caps of the same video as a byte stream, which is how MPEG-TS has H.264 and H.265. FLV has them as
/// MP4 does (`avc`, `hvc1`). Returns null for every other format.
CapsPtr as_byte_stream(const GstCaps* caps);

/// Returns a new element that makes a byte stream of such video, with the parameter sets in front of each key
/// frame. Null if GStreamer's parser is not installed. The caller owns the floating reference.
GstElement* new_byte_stream_maker(const GstCaps* caps);

/// Lets a ghost pad answer queries for its caps with the byte stream behind the format that it has.
void offer_byte_stream(GstPad* ghost);

}  // namespace rtmp
