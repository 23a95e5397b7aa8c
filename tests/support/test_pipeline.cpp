// SPDX-License-Identifier: LGPL-2.1-or-later
#include "test_pipeline.h"

#include <cstdlib>

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

Told first_told(GstElement* pipeline, GstClockTime patience) {
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, patience, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  gst_object_unref(bus);
  if (!message) return {GST_MESSAGE_UNKNOWN, "nobody", "nothing"};
  Told told{GST_MESSAGE_TYPE(message), GST_MESSAGE_SRC_NAME(message), "eos"};
  if (told.type == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    told.what = error->message;
    g_error_free(error);
  }
  gst_message_unref(message);
  return told;
}

TestPipeline::TestPipeline(const std::string& properties, const std::string& rest) {
  const std::string description = "rtmp2serversrc name=src port=0 " + properties + " ! " + rest;
  GError* error = nullptr;
  pipeline_ = gst_parse_launch(description.c_str(), &error);
  if (error) {
    g_printerr("%s: %s\n", description.c_str(), error->message);
    std::abort();
  }
  src_ = gst_bin_get_by_name(GST_BIN(pipeline_), "src");
  pad_ = gst_element_get_static_pad(src_, "src");
  const auto mask = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                                                 GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  gst_pad_add_probe(pad_, mask, on_data, this, nullptr);
}

TestPipeline::~TestPipeline() {
  stop();
  gst_object_unref(pad_);
  gst_object_unref(src_);
  gst_object_unref(pipeline_);
}

void TestPipeline::play() { gst_element_set_state(pipeline_, GST_STATE_PLAYING); }

double TestPipeline::stop() {
  const auto begin = std::chrono::steady_clock::now();
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::uint16_t TestPipeline::port() const {
  guint port = 0;
  g_object_get(src_, "current-port", &port, nullptr);
  return static_cast<std::uint16_t>(port);
}

bool TestPipeline::wait_for_buffers(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return pushed_.size() >= count; });
}

bool TestPipeline::wait_for_buffers_of(std::size_t publisher, std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    std::size_t begun = 1;
    std::size_t pushed = 0;
    for (std::size_t i = 1; i < pushed_.size(); ++i) {  // the file header is marked as well
      if (pushed_[i].flags & GST_BUFFER_FLAG_DISCONT) ++begun;
      if (begun == publisher) ++pushed;
    }
    return pushed >= count;
  });
}

bool TestPipeline::wait_for_gaps(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return gaps_.size() >= count; });
}

std::vector<TestPipeline::Pushed> TestPipeline::pushed() const {
  std::lock_guard lock(mutex_);
  return pushed_;
}

std::vector<TestPipeline::Gap> TestPipeline::gaps() const {
  std::lock_guard lock(mutex_);
  return gaps_;
}

bool TestPipeline::pushed_eos() const {
  std::lock_guard lock(mutex_);
  return eos_;
}

std::uint32_t TestPipeline::Pushed::timestamp() const {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  return byte(7) << 24 | byte(4) << 16 | byte(5) << 8 | byte(6);
}

void TestPipeline::forget_pushed() {
  std::lock_guard lock(mutex_);
  pushed_.clear();
}

std::string TestPipeline::bytes() const {
  std::string all;
  for (const Pushed& buffer : pushed()) all += buffer.bytes;
  return all;
}

std::vector<GstSegment> TestPipeline::segments() const {
  std::lock_guard lock(mutex_);
  return segments_;
}

void TestPipeline::block() {
  const auto mask = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER |
                                                 GST_PAD_PROBE_TYPE_BUFFER_LIST);
  block_probe_ = gst_pad_add_probe(
      pad_, mask,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        auto* self = static_cast<TestPipeline*>(data);
        std::lock_guard lock(self->mutex_);
        self->blocked_ = true;
        self->changed_.notify_all();
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void TestPipeline::unblock() { gst_pad_remove_probe(pad_, block_probe_); }

bool TestPipeline::wait_blocked() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return blocked_; });
}

GstPadProbeReturn TestPipeline::on_data(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<TestPipeline*>(data);
  std::lock_guard lock(self->mutex_);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    self->add(GST_PAD_PROBE_INFO_BUFFER(info));
  } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i) self->add(gst_buffer_list_get(list, i));
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_SEGMENT) {
    GstSegment segment;
    gst_event_copy_segment(GST_PAD_PROBE_INFO_EVENT(info), &segment);
    self->segments_.push_back(segment);
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_GAP) {
    Gap gap{};
    gst_event_parse_gap(GST_PAD_PROBE_INFO_EVENT(info), &gap.start, &gap.duration);
    gap.running_time = gst_element_get_current_running_time(self->src_);
    self->gaps_.push_back(gap);
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
    self->eos_ = true;
  }
  self->changed_.notify_all();
  return GST_PAD_PROBE_OK;
}

void TestPipeline::add(GstBuffer* buffer) {
  const auto now = std::chrono::steady_clock::now();
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  pushed_.push_back({std::move(bytes), GST_BUFFER_PTS(buffer), GST_BUFFER_DTS(buffer),
                     GST_BUFFER_OFFSET(buffer), GST_BUFFER_FLAGS(buffer), now});
}

}  // namespace rtmp::test
