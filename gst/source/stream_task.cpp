// SPDX-License-Identifier: LGPL-2.1-or-later
#include "stream_task.h"

#include <utility>

#include "debug_category.h"

namespace rtmp {
namespace {

// How long nothing has come before downstream is told of a gap.
constexpr std::chrono::milliseconds kGapInterval{500};

}  // namespace

StreamTask::StreamTask(GstBaseSrc* element, const Settings& settings, Ingest& ingest,
                       StreamCounters& counters, std::function<GstClockTime()> latency)
    : element_(element),
      ingest_(ingest),
      counters_(counters),
      latency_(std::move(latency)),
      stream_(counters.before_key_frame, !settings.keep_listening,
              settings.timestamps == Timestamps::kCorrected) {}

// Asks the pipeline, whose base time is the right one. After a flush with reset_time, GStreamer 1.28 gives
// the elements their new base time only when every sink has its first frame, and this frame must have a time
// by it.
GstClockTime StreamTask::running_time() const {
  GstObject* of = gst_object_get_parent(GST_OBJECT_CAST(element_));
  while (of && !GST_IS_PIPELINE(of)) {
    GstObject* parent = gst_object_get_parent(of);
    gst_object_unref(of);
    of = parent;
  }
  if (!of) return gst_element_get_current_running_time(GST_ELEMENT_CAST(element_));
  const GstClockTime time = gst_element_get_current_running_time(GST_ELEMENT_CAST(of));
  gst_object_unref(of);
  return time;
}

// Reads both clocks at the same moment: if the thread had to wait between the two, it reads them again.
StreamTask::Now StreamTask::now() const {
  constexpr int kTries = 5;
  constexpr std::int64_t kSameMomentUs = 200;
  Now now{};
  for (int i = 0; i < kTries; ++i) {
    const std::int64_t before = g_get_monotonic_time();
    now.running_time = running_time();
    now.us = g_get_monotonic_time();
    if (now.us - before < kSameMomentUs) break;
  }
  return now;
}

void StreamTask::tell_time() {
  stream_.set_latency(latency_());
  if (const Now at = now(); GST_CLOCK_TIME_IS_VALID(at.running_time))
    stream_.set_running_time(at.us, at.running_time);
}

// The log does not fill up if a publisher's clock is corrected with every frame.
void StreamTask::report_corrections() {
  constexpr unsigned kMostLines = 10;  // in one second
  while (const auto correction = stream_.take_correction()) {
    counters_.clock_corrections.add(1);
    counters_.last_clock_correction.set(static_cast<guint64>(correction->ms));
    const std::int64_t second = g_get_monotonic_time() / G_USEC_PER_SEC;
    if (second != std::exchange(log_second_, second)) log_lines_ = 0;
    if (++log_lines_ > kMostLines) continue;
    const char* medium = !correction->medium                     ? "Audio and video"
                         : *correction->medium == Medium::kVideo ? "Video"
                                                                 : "Audio";
    GST_INFO_OBJECT(element_, "%s of the publisher is due %" G_GINT64_FORMAT " ms %s from now on: %s", medium,
                    ABS(correction->ms), correction->ms < 0 ? "earlier" : "later",
                    to_string(correction->why));
  }
}

// A flush takes the segment off the pad. The base class pushes it again before the buffer that create()
// returns.
bool StreamTask::has_pushed_segment() const {
  GstEvent* segment = gst_pad_get_sticky_event(GST_BASE_SRC_PAD(element_), GST_EVENT_SEGMENT, 0);
  const bool there = segment != nullptr;
  g_clear_pointer(&segment, gst_event_unref);
  return there;
}

// If nobody publishes, nothing will come for the time that has passed. What a publisher in place has sent may
// still come, and is in time for as long as the latency.
void StreamTask::push_gap(bool publishing) {
  if (!has_pushed_segment()) return;
  const GstClockTime margin = publishing ? latency_() : 0;
  if (GstEvent* gap = stream_.gap(margin)) gst_pad_push_event(GST_BASE_SRC_PAD(element_), gap);
}

GstFlowReturn StreamTask::wait_for_buffer() {
  while (!stream_.can_begin() && (!stream_.begun() || stream_.size() == 0)) {
    stream_.free_pushed();
    const auto next = ingest_.next(batch_, stream_.held_bytes(),
                                   stream_.begun() ? std::optional(kGapInterval) : std::nullopt);
    switch (next) {
      case Ingest::Next::kTags:
        for (const PublishedTag& published : batch_) codecs_.add(published);
        stream_.append(batch_);
        continue;
      case Ingest::Next::kInterrupted:
        return GST_FLOW_FLUSHING;
      case Ingest::Next::kEnd:
        // If a publisher sent nothing, there is a file header. If nobody published, there is nothing.
        return ingest_.has_published() && !stream_.begun() ? GST_FLOW_OK : GST_FLOW_EOS;
      case Ingest::Next::kNobody:
      case Ingest::Next::kSilence:
        tell_time();
        push_gap(next == Ingest::Next::kSilence);
    }
  }
  return GST_FLOW_OK;
}

void StreamTask::set_segment(const GstSegment& segment) {
  gst_base_src_new_segment(element_, &segment);
  segment_is_new_ = true;
}

// From 1.26 on, GstBaseSrc unrefs what create() returned while the pipeline was paused, and calls it again
// once the pipeline plays. Each tag counts, and the file header most of all.
GstFlowReturn StreamTask::create(GstBuffer** buffer) {
  if (!unpushed_) {
    if (const GstFlowReturn popped = pop(buffer); popped != GST_FLOW_OK) return popped;
    unpushed_.reset(gst_buffer_ref(*buffer));
    return GST_FLOW_OK;
  }
  tell_time();
  if (stream_.needs_segment() || (!segment_is_new_ && !has_pushed_segment()))
    set_segment(stream_.segment_from(unpushed_.get()));
  *buffer = gst_buffer_ref(unpushed_.get());
  return GST_FLOW_OK;
}

GstFlowReturn StreamTask::pop(GstBuffer** buffer) {
  if (const GstFlowReturn waited = wait_for_buffer(); waited != GST_FLOW_OK) return waited;
  tell_time();
  segment_is_new_ = false;
  bool has_segment = has_pushed_segment() && !stream_.needs_segment();
  const bool begins = !stream_.begun();
  if (begins) {
    const Now at = now();
    const GstSegment segment =
        stream_.begin(at.us, GST_CLOCK_TIME_IS_VALID(at.running_time) ? at.running_time : 0);
    gst_base_src_set_caps(element_, stream_.caps());
    set_segment(segment);
    has_segment = false;
  }
  // Most of a burst is pushed as one list, which costs a fraction of as many calls. It is pushed here,
  // because gst_base_src_submit_buffer_list() fails an assertion if a flush comes at the same time.
  // num-buffers counts how often create() returns, so with num-buffers each buffer is returned alone.
  if (element_->num_buffers_left < 0 && stream_.size() > 1 && has_segment) {
    GstBufferList* list = stream_.pop_all_but_one();
    report_corrections();
    const GstFlowReturn pushed = gst_pad_push_list(GST_BASE_SRC_PAD(element_), list);
    if (pushed != GST_FLOW_OK) return pushed;
  }
  if (has_segment || begins)
    *buffer = stream_.pop();
  else
    set_segment(stream_.pop_with_segment(buffer));
  report_corrections();
  return GST_FLOW_OK;
}

}  // namespace rtmp
