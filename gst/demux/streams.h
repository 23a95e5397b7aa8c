// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstflowcombiner.h>
#include <gst/gst.h>

#include <memory>
#include <optional>
#include <vector>

#include "track_pad.h"

namespace rtmp {

/// The streams of the demuxer: its source pads, the collection that they make, the segment that all of them
/// have, and what their pushes come to. The streaming thread uses it; clear() belongs to the thread that has
/// stopped it.
class Streams {
 public:
  explicit Streams(GstElement* element);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Upstream's STREAM_START: its streams begin with it.
  void set_upstream(GstEvent* stream_start);

  /// Adds a pad, and replaces the collection by one with its stream. It stays until remove() or clear().
  TrackPad& add(const TrackPad::Name& name, CapsPtr caps, TagListPtr tags);
  /// Ends a pad's stream, and takes it off the element. The collection is replaced with the next pad.
  void remove(TrackPad& pad);
  void clear();
  [[nodiscard]] bool empty() const { return pads_.empty(); }
  /// For the end of a stream without tracks: adds the first pad of each medium, without caps, so that what
  /// waits for it gets EOS. The pads go when the stream goes on.
  void add_missing();

  /// What is said of the whole stream, on all pads from now on. Null: what was said stays.
  void set_tags(TagListPtr tags);
  /// The segment of all pads from now on, the later ones too.
  void set_segment(EventPtr segment);
  [[nodiscard]] bool has_segment() const { return segment_ != nullptr; }
  /// After a flush there is none.
  void forget_segment();

  /// Pushes a frame to a pad. Each other pad that is `kSilence` behind it has a GAP pushed.
  void push(TrackPad& pad, BufferPtr frame);
  /// What the pushes to all pads have come to. Pads that are not linked are an error only if no pad is, once
  /// no more of them are to come.
  [[nodiscard]] GstFlowReturn flow() const;
  /// There is nothing between these times, on any pad.
  void push_gap(GstClockTime from, GstClockTime until);
  /// On all pads.
  void push_event(GstEvent* event);

  /// Tells the application that all pads are there that are to be expected.
  void no_more_pads();
  [[nodiscard]] bool has_no_more_pads() const { return no_more_pads_; }

 private:
  static constexpr GstClockTime kSilence = 500 * GST_MSECOND;

  void replace_collection();
  void move_to(GstClockTime time);
  void fill_silence(const TrackPad& speaking, GstClockTime now);

  GstElement* element_;
  GstFlowCombiner* combiner_;
  GstFlowReturn combined_ = GST_FLOW_OK;
  std::vector<std::unique_ptr<TrackPad>> pads_;
  std::vector<std::unique_ptr<TrackPad>> missing_;
  StreamCollectionPtr collection_;
  std::optional<guint> group_id_;
  EventPtr segment_;
  EventPtr tags_;
  GstClockTime latest_ = GST_CLOCK_TIME_NONE;  // of all frames and gaps in the segment
  bool no_more_pads_ = false;
};

}  // namespace rtmp
