// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "pointers.h"
#include "rtmp/tag.h"

namespace rtmp {

/// A source pad of the demuxer, and the GstStream that it carries. Only the streaming thread uses it.
class TrackPad {
 public:
  struct Name {
    TagType media;
    unsigned number;                         // the number of the track
    unsigned generation;                     // how many codecs the track has had before this one
    [[nodiscard]] std::string text() const;  // such as "video_0"
  };

  /// Makes the pad from the element's template for this medium. It is not part of the element yet. Without
  /// caps and tags, it is for EOS only.
  TrackPad(GstElement* element, const Name& name, CapsPtr caps, TagListPtr tags);
  ~TrackPad();
  TrackPad(const TrackPad&) = delete;
  TrackPad& operator=(const TrackPad&) = delete;

  [[nodiscard]] GstPad* pad() const { return pad_; }
  [[nodiscard]] GstStream* stream() const { return stream_.get(); }
  [[nodiscard]] GstCaps* caps() const { return caps_.get(); }

  /// Pushes the events that precede data, and adds the pad to the element. The arguments may be null. Those
  /// of the whole stream are null if they are not known yet.
  void start(guint group_id, GstStreamCollection* collection, GstEvent* segment, GstEvent* tags);
  void set_caps(CapsPtr caps);
  void set_tags(TagListPtr tags);
  void push(GstEvent* event) { gst_pad_push_event(pad_, gst_event_ref(event)); }
  /// Pushes a frame by itself, because splitmuxsink (1.22) discards lists of buffers.
  GstFlowReturn push(BufferPtr frame);
  /// Tells downstream that there is nothing until this time, unless frames have come as far.
  void push_gap(GstClockTime until);
  /// Returns whether nothing has come for longer than it takes from one frame to the next, while others have
  /// come to this time.
  [[nodiscard]] bool is_silent(GstClockTime now) const;
  /// Frames begin at this time, at the beginning of a segment.
  void set_position(GstClockTime position);

 private:
  // Frames of others come at least every 100 ms, and nobody waits longer than half a second then. A track of
  // one frame in a second or more has a quarter more than the time from one to the next. One of still fewer
  // has not: a queue holds what others send for a second, and would be full before the next frame comes.
  static constexpr GstClockTime kSilence = 400 * GST_MSECOND;
  static constexpr GstClockTime kSlowestPace = 1020 * GST_MSECOND;  // clocks are not exact

  GstElement* element_;
  GstPad* pad_;
  StreamPtr stream_;
  CapsPtr caps_;
  TagListPtr tags_;
  GstClockTime position_ = GST_CLOCK_TIME_NONE;  // up to which frames and gaps have come
  GstClockTime last_frame_ = GST_CLOCK_TIME_NONE;
  GstClockTime pace_ = 0;  // from the frame before to the last one, unless a gap has followed it
};

}  // namespace rtmp
