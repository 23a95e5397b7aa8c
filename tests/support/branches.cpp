// SPDX-License-Identifier: LGPL-2.1-or-later
#include "branches.h"

#include <utility>

namespace rtmp::test {
namespace {

constexpr auto kMask = static_cast<GstPadProbeType>(
    GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);

void keep(GstBuffer* buffer, SinkRecord& record) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  record.frames.push_back({GST_BUFFER_PTS(buffer), GST_BUFFER_DTS(buffer), std::move(bytes)});
}

void keep(GstPadProbeInfo* info, SinkRecord& record) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    keep(GST_PAD_PROBE_INFO_BUFFER(info), record);
  } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i) keep(gst_buffer_list_get(list, i), record);
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
    gchar* text = gst_caps_to_string(caps);
    record.caps.emplace_back(text);
    g_free(text);
  }
}

}  // namespace

Branches::Branches(GstElement* pipeline, Description description)
    : pipeline_(pipeline),
      demux_(gst_bin_get_by_name(GST_BIN(pipeline), "demux")),
      description_(std::move(description)),
      handler_(g_signal_connect_data(demux_, "pad-added",
                                     G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                                       static_cast<Branches*>(self)->add(pad);
                                     }),
                                     this, nullptr, GConnectFlags{})) {}

Branches::~Branches() {
  g_signal_handler_disconnect(demux_, handler_);
  gst_object_unref(demux_);
}

void Branches::add(GstPad* source) {
  const std::string name = GST_PAD_NAME(source);
  GError* error = nullptr;
  GstElement* bin = gst_parse_bin_from_description(description_(name).c_str(), TRUE, &error);
  if (error) g_error("%s: %s", description_(name).c_str(), error->message);
  GstElement* sink = gst_bin_get_by_name(GST_BIN(bin), "sink");
  GstPad* end = gst_element_get_static_pad(sink, "sink");
  {
    const std::lock_guard lock(mutex_);
    Branch& branch = branches_.emplace_back(Branch{this, {.name = name}});
    gst_pad_add_probe(end, kMask, on_data, &branch, nullptr);
  }
  gst_object_unref(end);
  gst_object_unref(sink);
  gst_bin_add(GST_BIN(pipeline_), bin);
  GstPad* begin = gst_element_get_static_pad(bin, "sink");
  if (GST_PAD_LINK_FAILED(gst_pad_link(source, begin))) g_error("%s cannot be linked", name.c_str());
  gst_object_unref(begin);
  gst_element_sync_state_with_parent(bin);
}

GstPadProbeReturn Branches::on_data(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* branch = static_cast<Branch*>(data);
  const std::lock_guard lock(branch->owner->mutex_);
  keep(info, branch->record);
  return GST_PAD_PROBE_OK;
}

std::vector<SinkRecord> Branches::records() const {
  const std::lock_guard lock(mutex_);
  std::vector<SinkRecord> records;
  for (const Branch& branch : branches_) records.push_back(branch.record);
  return records;
}

void record_arrivals(GstPad* pad, SinkRecord* record) {
  gst_pad_add_probe(
      pad, kMask,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        keep(info, *static_cast<SinkRecord*>(data));
        return GST_PAD_PROBE_OK;
      },
      record, nullptr);
}

void record_arrivals(GstElement* pipeline, const char* sink, SinkRecord* record) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(pipeline), sink);
  GstPad* pad = gst_element_get_static_pad(element, "sink");
  record_arrivals(pad, record);
  gst_object_unref(pad);
  gst_object_unref(element);
}

}  // namespace rtmp::test
