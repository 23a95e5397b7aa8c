// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "pointers.h"
#include "rtmp/tag.h"

namespace rtmp {

/// A source pad of the demuxer, and the GstStream that it carries. The streaming thread uses it, and no
/// other.
class TrackPad {
 public:
  struct Name {
    TagType media;
    unsigned number;                         // of the track
    unsigned generation;                     // how many codecs the track has had before this one
    [[nodiscard]] std::string text() const;  // "video_0"
  };

  /// Makes the pad from the element's template for this medium. It is not a part of the element yet. One
  /// without caps and tags is for EOS alone.
  TrackPad(GstElement* element, const Name& name, CapsPtr caps, TagListPtr tags);
  ~TrackPad();
  TrackPad(const TrackPad&) = delete;
  TrackPad& operator=(const TrackPad&) = delete;

  [[nodiscard]] GstPad* pad() const { return pad_; }
  [[nodiscard]] GstStream* stream() const { return stream_.get(); }
  [[nodiscard]] GstCaps* caps() const { return caps_.get(); }

  /// Pushes what stands in front of data, and adds the pad to the element. All may be null: the
  /// segment and the tags of the whole stream where they are not known yet.
  void start(guint group_id, GstStreamCollection* collection, GstEvent* segment, GstEvent* tags);
  void set_caps(CapsPtr caps);
  void set_tags(TagListPtr tags);
  void push(GstEvent* event) { gst_pad_push_event(pad_, gst_event_ref(event)); }
  /// A frame goes by itself: splitmuxsink (1.22) throws lists of buffers away.
  GstFlowReturn push(BufferPtr frame);
  /// Says that there is nothing up to that time, unless frames have come as far.
  void push_gap(GstClockTime until);
  /// Up to where frames and gaps have come; invalid before set_position().
  [[nodiscard]] GstClockTime position() const { return position_; }
  /// Frames begin there, at the beginning of a segment.
  void set_position(GstClockTime position) { position_ = position; }

 private:
  GstElement* element_;
  GstPad* pad_;
  StreamPtr stream_;
  CapsPtr caps_;
  TagListPtr tags_;
  GstClockTime position_ = GST_CLOCK_TIME_NONE;
};

}  // namespace rtmp
