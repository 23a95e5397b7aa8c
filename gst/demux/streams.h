// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstflowcombiner.h>
#include <gst/gst.h>

#include <memory>
#include <optional>
#include <vector>

#include "track_pad.h"

namespace rtmp {

/// The streams of the demuxer: its source pads, their collection, their common segment, and the result of
/// their pushes. Only the streaming thread uses it, except that the thread that has stopped it calls clear().
class Streams {
 public:
  explicit Streams(GstElement* element);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Takes upstream's STREAM_START. The ids of the streams begin with its id.
  void set_upstream(GstEvent* stream_start);

  /// Adds a pad, and replaces the collection by one with its stream. It stays until remove() or clear().
  TrackPad& add(const TrackPad::Name& name, CapsPtr caps, TagListPtr tags);
  /// Ends a pad's stream and removes the pad from the element. The collection is replaced when the next pad
  /// is added.
  void remove(TrackPad& pad);
  void clear();
  [[nodiscard]] bool empty() const { return pads_.empty(); }
  /// For the end of a stream without tracks. Adds the first pad of each medium, without caps, so that
  /// elements that wait for the pad get EOS. The pads are removed when the stream goes on.
  void add_missing();

  /// Sets the tags of the whole stream for all pads from now on. Null leaves them as they are.
  void set_tags(TagListPtr tags);
  /// Sets the segment of all pads from now on, including those that are added later.
  void set_segment(EventPtr segment);
  [[nodiscard]] bool has_segment() const { return segment_ != nullptr; }
  /// Forgets the segment, which a flush has removed.
  void forget_segment();

  /// Pushes a frame to a pad. Any other pad that is silent by its time gets a GAP.
  void push(TrackPad& pad, BufferPtr frame);
  /// Returns the combined result of the pushes to all pads. Pads that are not linked are an error only if no
  /// pad is linked and no more pads will come.
  [[nodiscard]] GstFlowReturn flow() const;
  /// There is nothing between these times on any pad.
  void push_gap(GstClockTime from, GstClockTime until);
  /// Pushes an event to all pads.
  void push_event(GstEvent* event);

  /// Tells the application that all pads have been added that can be expected.
  void no_more_pads();
  [[nodiscard]] bool has_no_more_pads() const { return no_more_pads_; }

 private:
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
  GstClockTime latest_ = GST_CLOCK_TIME_NONE;  // the latest time of a frame or gap in the segment
  bool no_more_pads_ = false;
};

}  // namespace rtmp
