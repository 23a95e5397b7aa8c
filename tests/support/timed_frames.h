// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

using namespace std::string_literals;

struct Frame {
  bool video;
  int made;     // ms since the publisher began
  double at;    // when it is sent, ms since then
  double time;  // its timestamp
};

/// The behaviour of a publisher.
struct Script {
  int lasts = 0;  // ms
  std::function<double(bool video, int made)> stamp = [](bool, int made) { return made; };
  std::function<double(bool video, int made)> sends = [](bool, int made) { return made; };
  std::function<bool(bool video, int made)> drops = [](bool, int) { return false; };
};

inline std::vector<Frame> frames_of(const Script& script) {
  std::vector<Frame> frames;
  for (int video = 0, audio = 0; 100 * video / 3 < script.lasts;) {
    const bool is_video = 100 * video / 3 <= 1024 * audio * 10 / 441;
    const int made = is_video ? 100 * video++ / 3 : 1024 * audio++ * 10 / 441;
    if (!script.drops(is_video, made))
      frames.push_back({is_video, made, script.sends(is_video, made), script.stamp(is_video, made)});
  }
  std::ranges::stable_sort(frames, {}, &Frame::at);
  return frames;
}

inline Sent message_of(const Frame& frame, std::uint32_t id) {
  const bool key = frame.made % 1000 == 0;
  std::string body = frame.video ? (key ? "\x17\x01\0\0\0"s : "\x27\x01\0\0\0"s) : "\xAF\x01"s;
  for (int shift = 0; shift < 32; shift += 8) body += static_cast<char>(id >> shift);
  return {frame.video ? MessageType::kVideo : MessageType::kAudio,
          static_cast<std::uint32_t>(static_cast<std::int64_t>(frame.time)), body + std::string(60, 'x')};
}

inline double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Records what sinks have shown that keep time: when it was due, and when it was shown.
class Sink {
 public:
  void watch(GstElement* pipeline, const char* name, std::size_t skip) {
    skip_ = skip;
    GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline), name);
    g_signal_connect(sink, "handoff", G_CALLBACK(on_handoff), this);
    gst_object_unref(sink);
  }

  struct Shown {
    double due;  // in running time, ms
    double at;   // by now_ms()
  };
  [[nodiscard]] std::optional<Shown> shown(std::uint32_t id) const {
    std::lock_guard lock(mutex_);
    const auto found = shown_.find(id);
    return found == shown_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  // FLV tags have a header in front of their body, and frames of flvdemux have no header at all. Both
  // branches of the tee read the same memory, and the last of them frees it. The thread sanitizer does not
  // see GLib's reference counts.
  __attribute__((no_sanitize("thread"))) static std::optional<std::uint32_t> id_in(const guint8* data,
                                                                                   gsize size, gsize at) {
    if (at > 0) {
      if (size <= at || (data[0] != 8 && data[0] != 9)) return {};
      at += data[0] == 9 ? 5 : 2;
    }
    if (size < at + 64) return {};
    std::uint32_t id = 0;
    for (int i = 3; i >= 0; --i) id = id << 8 | data[at + static_cast<gsize>(i)];
    return id;
  }

  static void on_handoff(GstElement*, GstBuffer* buffer, GstPad* pad, gpointer data) {
    auto* self = static_cast<Sink*>(data);
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return;
    const std::optional<std::uint32_t> id = id_in(map.data, map.size, self->skip_);
    gst_buffer_unmap(buffer, &map);
    if (!id) return;
    GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    const GstClockTime due =
        gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_DTS_OR_PTS(buffer));
    gst_event_unref(event);
    if (!GST_CLOCK_TIME_IS_VALID(due)) return;
    std::lock_guard lock(self->mutex_);
    self->shown_.emplace(*id, Shown{static_cast<double>(due) / GST_MSECOND, now_ms()});
  }

  std::size_t skip_ = 0;
  mutable std::mutex mutex_;
  std::map<std::uint32_t, Shown> shown_;
};

}  // namespace rtmp::test
