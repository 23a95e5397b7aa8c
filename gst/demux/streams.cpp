// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <algorithm>

namespace rtmp {

Streams::Streams(GstElement* element) : element_(element), combiner_(gst_flow_combiner_new()) {}

Streams::~Streams() {
  clear();
  gst_flow_combiner_free(combiner_);
}

void Streams::set_upstream(GstEvent* stream_start) {
  guint group_id = 0;
  missing_.clear();
  group_id_.reset();
  if (gst_event_parse_group_id(stream_start, &group_id)) group_id_ = group_id;
}

TrackPad& Streams::add(const TrackPad::Name& name, CapsPtr caps, TagListPtr tags) {
  if (!group_id_) group_id_ = gst_util_group_id_next();
  auto& pad =
      *pads_.emplace_back(std::make_unique<TrackPad>(element_, name, std::move(caps), std::move(tags)));
  pad.set_position(latest_);
  gst_flow_combiner_add_pad(combiner_, pad.pad());
  replace_collection();
  pad.start(*group_id_, collection_.get(), segment_.get(), tags_.get());
  return pad;
}

// The new one is told on the bus, and to all that follow the pads which are there.
void Streams::replace_collection() {
  GstEvent* upstream = gst_pad_get_sticky_event(GST_PAD(element_->sinkpads->data), GST_EVENT_STREAM_START, 0);
  const gchar* id = nullptr;
  if (upstream) gst_event_parse_stream_start(upstream, &id);
  collection_.reset(gst_stream_collection_new(id));
  g_clear_pointer(&upstream, gst_event_unref);
  for (const auto& pad : pads_)
    gst_stream_collection_add_stream(collection_.get(), GST_STREAM(gst_object_ref(pad->stream())));

  gst_element_post_message(element_,
                           gst_message_new_stream_collection(GST_OBJECT(element_), collection_.get()));
  const EventPtr event(gst_event_new_stream_collection(collection_.get()));
  for (std::size_t i = 0; i + 1 < pads_.size(); ++i) pads_[i]->push(event.get());
}

void Streams::remove(TrackPad& pad) {
  const EventPtr end(gst_event_new_eos());
  pad.push(end.get());
  gst_flow_combiner_remove_pad(combiner_, pad.pad());
  std::erase_if(pads_, [&](const auto& there) { return there.get() == &pad; });
}

void Streams::add_missing() {
  if (!group_id_) group_id_ = gst_util_group_id_next();
  for (const TagType media : {TagType::kVideo, TagType::kAudio}) {
    const auto& pad = missing_.emplace_back(
        std::make_unique<TrackPad>(element_, TrackPad::Name{media, 0, 0}, nullptr, nullptr));
    pad->start(*group_id_, nullptr, segment_.get(), nullptr);
  }
}

void Streams::clear() {
  gst_flow_combiner_clear(combiner_);
  missing_.clear();
  pads_.clear();
  collection_.reset();
  group_id_.reset();
  forget_segment();
  tags_.reset();
  no_more_pads_ = false;
}

void Streams::set_tags(TagListPtr tags) {
  if (!tags) return;
  if (tags_) {
    GstTagList* told = nullptr;
    gst_event_parse_tag(tags_.get(), &told);
    if (gst_tag_list_is_equal(told, tags.get())) return;
  }
  tags_.reset(gst_event_new_tag(tags.release()));
  push_event(tags_.get());
}

void Streams::set_segment(EventPtr segment) {
  forget_segment();
  segment_ = std::move(segment);
  push_event(segment_.get());
}

void Streams::forget_segment() {
  missing_.clear();
  segment_.reset();
  latest_ = GST_CLOCK_TIME_NONE;
  for (const auto& pad : pads_) pad->set_position(GST_CLOCK_TIME_NONE);
  gst_flow_combiner_reset(combiner_);
  combined_ = GST_FLOW_OK;
}

// With the first in a segment, time begins on all pads.
void Streams::move_to(GstClockTime time) {
  if (!GST_CLOCK_TIME_IS_VALID(latest_))
    for (const auto& pad : pads_) pad->set_position(time);
  if (!GST_CLOCK_TIME_IS_VALID(latest_) || time > latest_) latest_ = time;
}

void Streams::push(TrackPad& pad, BufferPtr frame) {
  const GstClockTime now = GST_BUFFER_DTS(frame.get());
  move_to(now);
  combined_ = gst_flow_combiner_update_pad_flow(combiner_, pad.pad(), pad.push(std::move(frame)));
  fill_silence(pad, now);
}

GstFlowReturn Streams::flow() const {
  return combined_ == GST_FLOW_NOT_LINKED && !no_more_pads_ ? GST_FLOW_OK : combined_;
}

void Streams::fill_silence(const TrackPad& speaking, GstClockTime now) {
  for (const auto& pad : pads_) {
    if (pad.get() != &speaking && pad->is_silent(now)) pad->push_gap(now);
  }
}

void Streams::push_gap(GstClockTime from, GstClockTime until) {
  if (!segment_) return;
  move_to(from);
  move_to(until);
  for (const auto& pad : pads_) pad->push_gap(until);
}

void Streams::push_event(GstEvent* event) {
  for (const auto& pad : pads_) pad->push(event);
}

void Streams::no_more_pads() {
  no_more_pads_ = true;
  gst_element_no_more_pads(element_);
}

}  // namespace rtmp
