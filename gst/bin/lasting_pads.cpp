// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lasting_pads.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "glib_text.h"

namespace rtmp {
namespace {

// How often a track that is left out tells that it has nothing.
constexpr GstClockTime kGapInterval = 500 * GST_MSECOND;

// How long the application's knowledge of the publisher's end waits for what is queued behind it.
constexpr std::chrono::seconds kDrainingTime{1};

constexpr auto kData = static_cast<GstPadProbeType>(
    GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);

GstPad* src_pad_of(GstPad* queue_sink) {
  GstIterator* links = gst_pad_iterate_internal_links(queue_sink);
  GValue value = G_VALUE_INIT;
  GstPad* pad =
      gst_iterator_next(links, &value) == GST_ITERATOR_OK ? GST_PAD(g_value_dup_object(&value)) : nullptr;
  g_value_unset(&value);
  gst_iterator_free(links);
  return pad;
}

GstClockTime time_of(GstPadProbeInfo* info) {
  GstBuffer* buffer = info->type & GST_PAD_PROBE_TYPE_BUFFER
                          ? GST_PAD_PROBE_INFO_BUFFER(info)
                          : gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(info), 0);
  return GST_BUFFER_DTS_OR_PTS(buffer);
}

}  // namespace

LastingPads::LastingPads(GstElement* bin, GstElement* demux, guint number, guint max_queue_bytes)
    : BranchPads(bin, demux, number), queue_(gst_element_factory_make("multiqueue", nullptr)) {
  g_object_set(queue_, "max-size-bytes", max_queue_bytes, "max-size-buffers", 0, "max-size-time", guint64{0},
               nullptr);
  gst_bin_add(GST_BIN(bin), queue_);
}

LastingPads::~LastingPads() {
  for (Track& track : tracks_) {
    take_off(track.ghost);
    gst_element_release_request_pad(queue_, track.queue_sink);
    gst_object_unref(track.queue_sink);
  }
  gst_element_set_locked_state(queue_, TRUE);
  gst_element_set_state(queue_, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(bin()), queue_);
}

LastingPads::Track& LastingPads::new_track(GstPad* pad) {
  GstPad* queue_sink = gst_element_request_pad_simple(queue_, "sink_%u");
  GstPad* queue_src = src_pad_of(queue_sink);
  GstPad* ghost = new_ghost(pad, queue_src);
  gst_object_unref(queue_src);
  gst_pad_add_probe(ghost, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_ghost_event, this, nullptr);
  {
    std::lock_guard lock(mutex_);
    ++without_eos_;
  }
  return tracks_.emplace_back(
      Track{.owner = this, .name = GST_PAD_NAME(pad), .queue_sink = queue_sink, .ghost = ghost});
}

GstPadProbeReturn LastingPads::on_ghost_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<LastingPads*>(data);
  if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
    std::lock_guard lock(self->mutex_);
    if (self->without_eos_ > 0) --self->without_eos_;
    self->changed_.notify_all();
  }
  return GST_PAD_PROBE_OK;
}

// A pad behind which there is an error, or a sink that blocks, has none.
void LastingPads::wait_for_eos() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kDrainingTime, [&] { return stops_ || without_eos_ == 0; });
}

void LastingPads::stop_waiting() {
  std::lock_guard lock(mutex_);
  stops_ = true;
  changed_.notify_all();
}

// The demuxer has ended the pad that it had for the track before, if it had one.
void LastingPads::add(GstPad* pad) {
  const auto found = std::ranges::find(tracks_, std::string_view(GST_PAD_NAME(pad)), &Track::name);
  const bool is_new = found == tracks_.end();
  Track& track = is_new ? new_track(pad) : *found;
  if (!is_new) {
    GstCaps* caps = gst_pad_get_current_caps(pad);
    if (caps) choose(track, caps);
    gst_clear_caps(&caps);
  }
  gst_pad_add_probe(pad, kData, on_data, &track, nullptr);
  gst_pad_link_full(pad, track.queue_sink, GST_PAD_LINK_CHECK_NOTHING);
  if (is_new) put_on(track.ghost, pad);
}

void LastingPads::no_more() {
  if (!std::exchange(told_no_more_, true)) gst_element_no_more_pads(bin());
}

// Whether what follows is for the peer.
void LastingPads::choose(Track& track, GstCaps* caps) {
  const bool accepted = gst_pad_peer_query_accept_caps(track.ghost, caps);
  const bool was_left_out = std::exchange(track.left_out, !accepted);
  if (accepted) return;
  if (!was_left_out) track.told_until = GST_CLOCK_TIME_NONE;
  GstStructure* told = gst_structure_new("track-left-out", "pad", G_TYPE_STRING, GST_PAD_NAME(track.ghost),
                                         "caps", GST_TYPE_CAPS, caps, "reason", G_TYPE_STRING,
                                         "what is linked to the pad does not take its new format", nullptr);
  gst_element_post_message(bin(), gst_message_new_element(GST_OBJECT(bin()), told));
}

GstPadProbeReturn LastingPads::take_event(Track& track, GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_EOS:
      return ends_ ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      choose(track, caps);
      break;
    }
    case GST_EVENT_STREAM_START:
    case GST_EVENT_TAG:
      break;
    default:
      return GST_PAD_PROBE_OK;
  }
  return track.left_out ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

// In place of what is left out.
void LastingPads::fill(Track& track, GstClockTime time) {
  if (!GST_CLOCK_TIME_IS_VALID(time)) return;
  if (!GST_CLOCK_TIME_IS_VALID(track.told_until)) track.told_until = time;
  if (time < track.told_until + kGapInterval) return;
  gst_pad_send_event(track.queue_sink, gst_event_new_gap(track.told_until, time - track.told_until));
  track.told_until = time;
}

GstPadProbeReturn LastingPads::on_data(GstPad*, GstPadProbeInfo* info, gpointer data) {
  Track& track = *static_cast<Track*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    return track.owner->take_event(track, GST_PAD_PROBE_INFO_EVENT(info));
  if (!track.left_out) return GST_PAD_PROBE_OK;
  fill(track, time_of(info));
  return GST_PAD_PROBE_DROP;
}

}  // namespace rtmp
