// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shown_output.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "clients.h"

namespace rtmp::test {
namespace {

constexpr GstClockTime kTwoPictures = 2 * GST_SECOND / 30 + GST_MSECOND;
constexpr GstClockTime kTwoOfSound = 2 * 1024 * GST_SECOND / 48000 + GST_MSECOND;
constexpr int kAudible = 500;

// The times are those that the FLV tags say.
constexpr const char* kPipeline =
    "rtmp2serversrc name=src port=0 host=127.0.0.1 ! eflvdemux timestamps=stream name=d "
    "d.video_0 ! queue max-size-buffers=0 max-size-time=0 ! decodebin ! videoconvert ! "
    "video/x-raw,format=RGBA ! fakesink name=picture sync=false signal-handoffs=true "
    "d.audio_0 ! queue max-size-buffers=0 max-size-time=0 ! decodebin ! audioconvert ! "
    "audio/x-raw,format=S16LE,layout=interleaved ! fakesink name=sound sync=false signal-handoffs=true";

char letter(const std::uint8_t* rgba) {
  const int bits = (rgba[0] > 127 ? 4 : 0) + (rgba[1] > 127 ? 2 : 0) + (rgba[2] > 127 ? 1 : 0);
  return "kBGCRMYW"[bits];
}

std::string apart(const char* medium, GstClockTime from, GstClockTime to) {
  return std::string(medium) + ": " + std::to_string(from / GST_MSECOND) + " ms, then " +
         std::to_string(to / GST_MSECOND) + " ms";
}

}  // namespace

ShownOutput::ShownOutput(std::vector<std::pair<double, double>> places)
    : places_(std::move(places)), pipeline_(gst_parse_launch(kPipeline, nullptr)) {
  const auto connect = [this](const char* name, GCallback callback) {
    GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline_), name);
    g_signal_connect(sink, "handoff", callback, this);
    gst_object_unref(sink);
  };
  connect("picture", G_CALLBACK(on_picture));
  connect("sound", G_CALLBACK(on_sound));
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
}

ShownOutput::~ShownOutput() {
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_object_unref(pipeline_);
}

std::string ShownOutput::url() const {
  GstElement* src = gst_bin_get_by_name(GST_BIN(pipeline_), "src");
  guint port = 0;
  g_object_get(src, "current-port", &port, nullptr);
  gst_object_unref(src);
  return local_url(static_cast<std::uint16_t>(port));
}

testing::AssertionResult ShownOutput::shows(const std::string& colours, bool sound) {
  const std::string wanted = colours + (sound ? "+" : "-");
  const auto is_shown = [&] {
    const auto from = shown_.begin() + static_cast<std::ptrdiff_t>(matched_);
    const auto found = std::find(from, shown_.end(), wanted);
    if (found == shown_.end()) return false;
    matched_ = static_cast<std::size_t>(found - shown_.begin());
    return true;
  };
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, std::chrono::seconds(20), is_shown)) return testing::AssertionSuccess();
  lock.unlock();
  return testing::AssertionFailure() << "not " << wanted << ", but: " << shown();
}

bool ShownOutput::goes_on_for(std::chrono::seconds time) {
  std::unique_lock lock(mutex_);
  const GstClockTime until = std::max(picture_time_.value_or(0), sound_time_.value_or(0)) +
                             static_cast<GstClockTime>(time.count()) * GST_SECOND;
  return changed_.wait_for(lock, 2 * time + std::chrono::seconds(20), [&] {
    return std::min(picture_time_.value_or(0), sound_time_.value_or(0)) >= until;
  });
}

std::string ShownOutput::shown() const {
  std::lock_guard lock(mutex_);
  std::string all;
  for (const std::string& one : shown_) all += one + " ";
  return all;
}

std::string ShownOutput::fault() const {
  std::lock_guard lock(mutex_);
  return fault_;
}

void ShownOutput::note() {
  const std::string now = colours_ + (sound_ ? "+" : "-");
  if (!colours_.empty() && sound_time_ && (shown_.empty() || shown_.back() != now)) shown_.push_back(now);
  changed_.notify_all();
}

void ShownOutput::check(const char* medium, std::optional<GstClockTime>& last, GstClockTime time,
                        GstClockTime most) {
  const auto before = std::exchange(last, time);
  if (before && (time <= *before || time > *before + most) && fault_.empty())
    fault_ = apart(medium, *before, time);
}

void ShownOutput::on_picture(GstElement*, GstBuffer* buffer, GstPad* pad, gpointer data) {
  auto* self = static_cast<ShownOutput*>(data);
  GstCaps* caps = gst_pad_get_current_caps(pad);
  gint width = 0, height = 0;
  gst_structure_get(gst_caps_get_structure(caps, 0), "width", G_TYPE_INT, &width, "height", G_TYPE_INT,
                    &height, nullptr);
  gst_caps_unref(caps);
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  std::string colours;
  for (const auto& [x, y] : self->places_) {
    const auto row = static_cast<std::size_t>(y * height), column = static_cast<std::size_t>(x * width);
    colours += letter(map.data + (row * static_cast<std::size_t>(width) + column) * 4);
  }
  gst_buffer_unmap(buffer, &map);

  const GstClockTime time = GST_BUFFER_PTS(buffer);
  std::lock_guard lock(self->mutex_);
  self->check("picture", self->picture_time_, time, kTwoPictures);
  self->colours_ = colours;
  self->note();
}

void ShownOutput::on_sound(GstElement*, GstBuffer* buffer, GstPad*, gpointer data) {
  auto* self = static_cast<ShownOutput*>(data);
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
  const auto* samples = reinterpret_cast<const std::int16_t*>(map.data);
  const bool sound =
      std::any_of(samples, samples + map.size / 2, [](int sample) { return std::abs(sample) > kAudible; });
  gst_buffer_unmap(buffer, &map);

  const GstClockTime time = GST_BUFFER_PTS(buffer);
  std::lock_guard lock(self->mutex_);
  self->check("sound", self->sound_time_, time, kTwoOfSound);
  self->sound_ = sound;
  self->note();
}

}  // namespace rtmp::test
