// SPDX-License-Identifier: LGPL-2.1-or-later
#include "arrivals.h"

#include <chrono>

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

Arrivals::Arrivals(TestPipeline& pipeline, const char* sink) : pipeline_(pipeline) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), sink);
  pad_ = gst_element_get_static_pad(element, "sink");
  gst_object_unref(element);
  const auto mask =
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  probe_ = gst_pad_add_probe(pad_, mask, on_data, this, nullptr);
}

Arrivals::~Arrivals() {
  pipeline_.stop();
  gst_pad_remove_probe(pad_, probe_);
  gst_object_unref(pad_);
}

bool Arrivals::wait_for(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return frames_.size() >= count; });
}

Arrivals::Frames Arrivals::frames() const {
  std::lock_guard lock(mutex_);
  return frames_;
}

std::vector<std::string> Arrivals::caps() const {
  std::lock_guard lock(mutex_);
  return caps_;
}

GstPadProbeReturn Arrivals::on_data(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<Arrivals*>(data);
  std::lock_guard lock(self->mutex_);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    std::string bytes(gst_buffer_get_size(buffer), '\0');
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    self->frames_.push_back({GST_BUFFER_PTS(buffer), std::move(bytes)});
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
    gchar* text = gst_caps_to_string(caps);
    self->caps_.emplace_back(text);
    g_free(text);
  }
  self->changed_.notify_all();
  return GST_PAD_PROBE_OK;
}

}  // namespace rtmp::test
