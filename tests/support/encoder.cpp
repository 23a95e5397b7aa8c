// SPDX-License-Identifier: LGPL-2.1-or-later
#include "encoder.h"

#include <algorithm>

#include "branches.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

// A pipeline whose sink is named "sink"; stopped when it goes.
class Run {
 public:
  explicit Run(const std::string& description) {
    GError* error = nullptr;
    pipeline_ = gst_parse_launch((description + " ! fakesink name=sink sync=false").c_str(), &error);
    if (error) g_error("%s: %s", description.c_str(), error->message);
    GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline_), "sink");
    pad_ = gst_element_get_static_pad(sink, "sink");
    gst_object_unref(sink);
  }
  ~Run() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pad_);
    gst_object_unref(pipeline_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void play() { gst_element_set_state(pipeline_, GST_STATE_PLAYING); }
  void wait() {
    const Told told = first_told(pipeline_, 60 * GST_SECOND);
    if (told.what != "eos") g_error("%s: %s", told.who.c_str(), told.what.c_str());
  }
  [[nodiscard]] GstElement* pipeline() const { return pipeline_; }
  [[nodiscard]] GstPad* pad() const { return pad_; }

 private:
  GstElement* pipeline_;
  GstPad* pad_;
};

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

// The buffers of a field: one, or an array of them.
std::vector<std::string> buffers_in(GstCaps* caps, const char* field) {
  const GValue* value = gst_structure_get_value(gst_caps_get_structure(caps, 0), field);
  std::vector<std::string> buffers;
  if (!value) return buffers;
  if (GST_VALUE_HOLDS_BUFFER(value)) return {bytes_of(gst_value_get_buffer(value))};
  for (guint i = 0; i < gst_value_array_get_size(value); ++i)
    buffers.push_back(bytes_of(gst_value_get_buffer(gst_value_array_get_value(value, i))));
  return buffers;
}

std::int64_t time_of(GstClockTime time) { return static_cast<std::int64_t>(time); }

}  // namespace

Encoded encode(const std::string& description) {
  Run run(description);
  using Buffers = std::vector<std::shared_ptr<GstBuffer>>;
  Buffers buffers;
  gst_pad_add_probe(
      run.pad(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer list) {
        static_cast<Buffers*>(list)->emplace_back(gst_buffer_ref(GST_PAD_PROBE_INFO_BUFFER(info)),
                                                  gst_buffer_unref);
        return GST_PAD_PROBE_OK;
      },
      &buffers, nullptr);
  run.play();
  run.wait();

  Encoded encoded;
  encoded.caps.reset(gst_pad_get_current_caps(run.pad()), gst_caps_unref);
  for (std::string& data : buffers_in(encoded.caps.get(), "codec_data")) encoded.codec_data = std::move(data);
  encoded.streamheader = buffers_in(encoded.caps.get(), "streamheader");
  std::int64_t first = -1;
  for (const auto& buffer : buffers) {
    std::string bytes = bytes_of(buffer.get());
    if (std::ranges::find(encoded.streamheader, bytes) != encoded.streamheader.end()) continue;
    const std::int64_t dts = time_of(GST_BUFFER_DTS_OR_PTS(buffer.get()));
    if (first < 0) first = dts;
    const bool key = !GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
    encoded.units.push_back(
        {dts - first, time_of(GST_BUFFER_PTS(buffer.get())) - first, key, std::move(bytes)});
    encoded.buffers.push_back(buffer);
  }
  return encoded;
}

std::vector<std::string> decode(const Encoded& stream, const std::string& decoder) {
  Run run("appsrc name=in format=time ! " + decoder);
  SinkRecord record;
  record_arrivals(run.pad(), &record);
  GstElement* in = gst_bin_get_by_name(GST_BIN(run.pipeline()), "in");
  g_object_set(in, "caps", stream.caps.get(), nullptr);
  run.play();
  GstFlowReturn flow = GST_FLOW_OK;
  for (const auto& buffer : stream.buffers) g_signal_emit_by_name(in, "push-buffer", buffer.get(), &flow);
  g_signal_emit_by_name(in, "end-of-stream", &flow);
  gst_object_unref(in);
  run.wait();
  std::vector<std::string> raw;
  for (SinkRecord::Frame& frame : record.frames) raw.push_back(std::move(frame.bytes));
  return raw;
}

}  // namespace rtmp::test
