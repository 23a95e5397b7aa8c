// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_pad.h"

#include <algorithm>

#include "glib_text.h"

namespace rtmp {
namespace {

const char* media_name(TagType media) {
  switch (media) {
    case TagType::kVideo:
      return "video";
    case TagType::kAudio:
      return "audio";
    default:
      return "data";
  }
}

GstStreamType stream_type(TagType media) {
  switch (media) {
    case TagType::kVideo:
      return GST_STREAM_TYPE_VIDEO;
    case TagType::kAudio:
      return GST_STREAM_TYPE_AUDIO;
    default:
      return GST_STREAM_TYPE_UNKNOWN;
  }
}

GstPad* new_pad(GstElement* element, const TrackPad::Name& name) {
  GstPadTemplate* pad_template =
      gst_element_get_pad_template(element, (std::string(media_name(name.media)) + "_%u").c_str());
  GstPad* pad = gst_pad_new_from_template(pad_template, name.text().c_str());
  gst_object_ref_sink(pad);
  gst_pad_use_fixed_caps(pad);
  return pad;
}

// A track that changes its codec begins another stream.
GText stream_id(GstElement* element, GstPad* pad, const TrackPad::Name& name) {
  const std::string text = name.text();
  if (name.generation == 0) return GText(gst_pad_create_stream_id(pad, element, text.c_str()));
  return GText(gst_pad_create_stream_id_printf(pad, element, "%s_%u", text.c_str(), name.generation));
}

}  // namespace

std::string TrackPad::Name::text() const { return media_name(media) + ("_" + std::to_string(number)); }

TrackPad::TrackPad(GstElement* element, const Name& name, CapsPtr caps, TagListPtr tags)
    : element_(element), pad_(new_pad(element, name)), caps_(std::move(caps)), tags_(std::move(tags)) {
  const GText id = stream_id(element, pad_, name);
  auto flags = name.number == 0 ? GST_STREAM_FLAG_SELECT : GST_STREAM_FLAG_NONE;
  // Data comes when there is any.
  if (name.media == TagType::kScript) flags = GST_STREAM_FLAG_SPARSE;
  stream_.reset(gst_stream_new(id.get(), caps_.get(), stream_type(name.media), flags));
  if (tags_) gst_stream_set_tags(stream_.get(), tags_.get());
}

TrackPad::~TrackPad() {
  if (GstObject* parent = gst_object_get_parent(GST_OBJECT(pad_))) {
    gst_pad_set_active(pad_, FALSE);
    gst_element_remove_pad(element_, pad_);
    gst_object_unref(parent);
  }
  gst_object_unref(pad_);
}

void TrackPad::start(guint group_id, GstStreamCollection* collection, GstEvent* segment, GstEvent* tags) {
  gst_pad_set_active(pad_, TRUE);
  GstEvent* start = gst_event_new_stream_start(gst_stream_get_stream_id(stream_.get()));
  gst_event_set_group_id(start, group_id);
  gst_event_set_stream(start, stream_.get());
  gst_event_set_stream_flags(start, gst_stream_get_stream_flags(stream_.get()));
  gst_pad_push_event(pad_, start);
  if (caps_) gst_pad_push_event(pad_, gst_event_new_caps(caps_.get()));
  if (segment) push(segment);
  if (collection) gst_pad_push_event(pad_, gst_event_new_stream_collection(collection));
  if (tags) push(tags);
  if (tags_) gst_pad_push_event(pad_, gst_event_new_tag(gst_tag_list_ref(tags_.get())));
  gst_element_add_pad(element_, pad_);
}

void TrackPad::set_caps(CapsPtr caps) {
  caps_ = std::move(caps);
  gst_stream_set_caps(stream_.get(), caps_.get());
  gst_pad_push_event(pad_, gst_event_new_caps(caps_.get()));
}

void TrackPad::set_tags(TagListPtr tags) {
  if (tags_ && gst_tag_list_is_equal(tags_.get(), tags.get())) return;
  tags_ = std::move(tags);
  gst_stream_set_tags(stream_.get(), tags_.get());
  gst_pad_push_event(pad_, gst_event_new_tag(gst_tag_list_ref(tags_.get())));
}

void TrackPad::set_position(GstClockTime position) {
  position_ = position;
  last_frame_ = GST_CLOCK_TIME_NONE;
  pace_ = 0;
}

bool TrackPad::is_silent(GstClockTime now) const {
  if (!GST_CLOCK_TIME_IS_VALID(position_)) return false;
  const GstClockTime patience = pace_ > kSlowestPace ? 0 : pace_ + pace_ / 4;
  return position_ + std::max(patience, kSilence) <= now;
}

GstFlowReturn TrackPad::push(BufferPtr frame) {
  const GstClockTime decoded = GST_BUFFER_DTS(frame.get());
  const bool goes_on = GST_CLOCK_TIME_IS_VALID(last_frame_) && decoded > last_frame_;
  pace_ = goes_on ? decoded - last_frame_ : 0;
  last_frame_ = decoded;
  const GstClockTime time = std::max(GST_BUFFER_PTS(frame.get()), decoded);
  if (!GST_CLOCK_TIME_IS_VALID(position_) || time > position_) position_ = time;
  return gst_pad_push(pad_, frame.release());
}

void TrackPad::push_gap(GstClockTime until) {
  if (!GST_CLOCK_TIME_IS_VALID(position_) || until <= position_) return;
  gst_pad_push_event(pad_, gst_event_new_gap(position_, until - position_));
  position_ = until;
  pace_ = 0;
}

}  // namespace rtmp
