// SPDX-License-Identifier: LGPL-2.1-or-later
#include "demux_harness.h"

#include <algorithm>
#include <cstdlib>

namespace rtmp::test {

std::vector<GstClockTime> DemuxHarness::Pad::pts() const {
  std::vector<GstClockTime> times;
  for (const Frame& frame : frames) times.push_back(frame.pts);
  return times;
}

std::string DemuxHarness::Pad::bytes() const {
  std::string all;
  for (const Frame& frame : frames) all += frame.bytes;
  return all;
}

DemuxHarness::Pad::~Pad() {
  for (GstTagList* list : tags) gst_tag_list_unref(list);
}

DemuxHarness::DemuxHarness(const std::string& properties, std::set<std::string> not_linked)
    : not_linked_(std::move(not_linked)) {
  GError* error = nullptr;
  element_ = gst_parse_launch(("eflvdemux " + properties).c_str(), &error);
  if (error) {
    g_printerr("%s\n", error->message);
    std::abort();
  }
  gst_object_ref_sink(element_);
  bus_ = gst_bus_new();
  gst_element_set_bus(element_, bus_);
  g_signal_connect_data(element_, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                          static_cast<DemuxHarness*>(self)->add(pad);
                        }),
                        this, nullptr, GConnectFlags{});
  g_signal_connect_data(element_, "pad-removed", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                          const std::string name = GST_PAD_NAME(pad);
                          auto* harness = static_cast<DemuxHarness*>(self);
                          if (harness->has(name)) harness->pad(name).removed = true;
                        }),
                        this, nullptr, GConnectFlags{});
  g_signal_connect_data(element_, "no-more-pads", G_CALLBACK(+[](GstElement*, gpointer self) {
                          ++static_cast<DemuxHarness*>(self)->no_more_pads_;
                        }),
                        this, nullptr, GConnectFlags{});
  source_ = gst_pad_new("source", GST_PAD_SRC);
  gst_object_ref_sink(source_);
  gst_pad_set_active(source_, TRUE);
  GstPad* sink = gst_element_get_static_pad(element_, "sink");
  gst_pad_link(source_, sink);
  gst_object_unref(sink);
  gst_element_set_state(element_, GST_STATE_PAUSED);
}

DemuxHarness::~DemuxHarness() {
  gst_pad_set_active(source_, FALSE);
  gst_element_set_state(element_, GST_STATE_NULL);
  for (Sink& sink : sinks_) {
    gst_pad_set_active(sink.pad, FALSE);
    gst_object_unref(sink.pad);
  }
  gst_bus_set_flushing(bus_, TRUE);
  gst_object_unref(bus_);
  for (GstMessage* message : messages_) gst_message_unref(message);
  gst_object_unref(source_);
  gst_object_unref(element_);
}

void DemuxHarness::add(GstPad* source) {
  const std::string name = GST_PAD_NAME(source);
  Pad& record = pads_.emplace_back(Pad{.name = name});
  if (not_linked_.contains(name)) return;
  static GstStaticPadTemplate any =
      GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  GstPad* pad = gst_pad_new_from_static_template(&any, nullptr);
  gst_object_ref_sink(pad);
  Sink& sink = sinks_.emplace_back(Sink{this, &record, pad});
  gst_pad_set_element_private(pad, &sink);
  gst_pad_set_chain_function(pad, chain);
  gst_pad_set_event_function(pad, event);
  gst_pad_set_active(pad, TRUE);
  gst_pad_link(source, pad);
}

GstFlowReturn DemuxHarness::chain(GstPad* pad, GstObject*, GstBuffer* buffer) {
  auto& sink = *static_cast<Sink*>(gst_pad_get_element_private(pad));
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  sink.record->frames.push_back(
      {std::move(bytes), GST_BUFFER_PTS(buffer), GST_BUFFER_DTS(buffer), GST_BUFFER_FLAGS(buffer)});
  if (sink.record->log.empty() || sink.record->log.back() != "frame") sink.record->log.emplace_back("frame");
  gst_buffer_unref(buffer);
  return sink.answer;
}

gboolean DemuxHarness::event(GstPad* pad, GstObject*, GstEvent* event) {
  Pad& record = *static_cast<Sink*>(gst_pad_get_element_private(pad))->record;
  record.log.emplace_back(GST_EVENT_TYPE_NAME(event));
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START: {
      const gchar* id = nullptr;
      gst_event_parse_stream_start(event, &id);
      record.stream_id = id;
      break;
    }
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      gchar* text = gst_caps_to_string(caps);
      record.caps.emplace_back(text);
      g_free(text);
      break;
    }
    case GST_EVENT_SEGMENT: {
      GstSegment segment;
      gst_event_copy_segment(event, &segment);
      record.segments.push_back(segment);
      break;
    }
    case GST_EVENT_STREAM_COLLECTION: {
      GstStreamCollection* collection = nullptr;
      gst_event_parse_stream_collection(event, &collection);
      record.streams = gst_stream_collection_get_size(collection);
      gst_object_unref(collection);
      break;
    }
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(event, &tags);
      record.tags.push_back(gst_tag_list_ref(tags));
      break;
    }
    case GST_EVENT_GAP: {
      GstClockTime start = 0, duration = 0;
      gst_event_parse_gap(event, &start, &duration);
      record.gaps.emplace_back(start, start + duration);
      break;
    }
    default:
      break;
  }
  gst_event_unref(event);
  return TRUE;
}

void DemuxHarness::begin(GstFormat format, GstClockTime start, GstClockTime base) {
  push(gst_event_new_stream_start("upstream"));
  GstCaps* caps = gst_caps_new_empty_simple("video/x-flv");
  push(gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment segment;
  gst_segment_init(&segment, format);
  segment.start = segment.time = segment.position = start;
  segment.base = base;
  in_time_ = format == GST_FORMAT_TIME;
  push(gst_event_new_segment(&segment));
}

GstFlowReturn DemuxHarness::push(GstBuffer* buffer) { return gst_pad_push(source_, buffer); }

GstFlowReturn DemuxHarness::push(const std::string& bytes, GstClockTime time, guint flags) {
  GstBuffer* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = time;
  GST_BUFFER_FLAG_SET(buffer, flags);
  return push(buffer);
}

GstFlowReturn DemuxHarness::push(const std::vector<Sent>& tags, guint flags) {
  GstFlowReturn flow = GST_FLOW_OK;
  for (const Sent& tag : tags) {
    flow = push(tag.tag(), in_time_ ? tag.timestamp * GST_MSECOND : GST_CLOCK_TIME_NONE, flags);
    flags = 0;
    if (flow != GST_FLOW_OK) break;
  }
  return flow;
}

GstFlowReturn DemuxHarness::push_list(const std::vector<Sent>& tags) {
  GstBufferList* list = gst_buffer_list_new();
  for (const Sent& tag : tags) {
    const std::string bytes = tag.tag();
    gst_buffer_list_add(list, gst_buffer_new_memdup(bytes.data(), bytes.size()));
  }
  return gst_pad_push_list(source_, list);
}

bool DemuxHarness::has(const std::string& name) const {
  return std::ranges::any_of(pads_, [&](const Pad& pad) { return pad.name == name; });
}

DemuxHarness::Pad& DemuxHarness::pad(const std::string& name) {
  for (auto pad = pads_.rbegin(); pad != pads_.rend(); ++pad)
    if (pad->name == name) return *pad;
  g_printerr("There is no pad %s\n", name.c_str());
  std::abort();
}

std::vector<std::string> DemuxHarness::messages(GstMessageType type) {
  while (GstMessage* message = gst_bus_pop(bus_)) messages_.push_back(message);
  std::vector<std::string> found;
  for (GstMessage* message : messages_) {
    if (GST_MESSAGE_TYPE(message) != type) continue;
    const GstStructure* structure = gst_message_get_structure(message);
    gchar* text = structure ? gst_structure_to_string(structure) : g_strdup("");
    found.emplace_back(text);
    g_free(text);
  }
  return found;
}

guint64 DemuxHarness::stat(const char* field) const {
  GstStructure* stats = nullptr;
  g_object_get(element_, "stats", &stats, nullptr);
  guint64 value = 0;
  if (!gst_structure_get_uint64(stats, field, &value)) {
    g_printerr("There is no %s\n", field);
    std::abort();
  }
  gst_structure_free(stats);
  return value;
}

void DemuxHarness::answer(const std::string& name, GstFlowReturn flow) {
  for (Sink& sink : sinks_)
    if (sink.record->name == name) sink.answer = flow;
}

}  // namespace rtmp::test
