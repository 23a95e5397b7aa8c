// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lasting_pads.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "byte_stream.h"
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

void remove_from(GstElement* bin, GstElement* child) {
  gst_element_set_locked_state(child, TRUE);
  gst_element_set_state(child, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(bin), child);
}

// Elements that a pad is linked to look at these before data flows.
gboolean replace_caps(GstPad*, GstEvent** event, gpointer caps) {
  if (GST_EVENT_TYPE(*event) != GST_EVENT_CAPS) return TRUE;
  gst_event_unref(*event);
  *event = gst_event_new_caps(static_cast<GstCaps*>(caps));
  return TRUE;
}

bool has_sticky(GstPad* pad, GstEventType type) {
  GstEvent* event = gst_pad_get_sticky_event(pad, type, 0);
  const bool has = event != nullptr;
  gst_clear_event(&event);
  return has;
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
    remove_maker(track);
    gst_element_release_request_pad(queue_, track.queue_sink);
    gst_object_unref(track.queue_sink);
  }
  remove_from(bin(), queue_);
}

LastingPads::Track* LastingPads::find(std::string_view name) {
  const auto found = std::ranges::find(tracks_, name, &Track::name);
  return found == tracks_.end() ? nullptr : &*found;
}

LastingPads::Track& LastingPads::new_track(const std::string& name) {
  GstPad* queue_sink = gst_element_request_pad_simple(queue_, "sink_%u");
  GstPad* queue_src = src_pad_of(queue_sink);
  GstPad* ghost = new_ghost(name, queue_src);
  gst_object_unref(queue_src);
  offer_byte_stream(ghost);
  gst_pad_add_probe(queue_sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_queue_event, this, nullptr);
  gst_pad_add_probe(ghost, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_ghost_event, this, nullptr);
  {
    std::lock_guard lock(mutex_);
    ++without_eos_;
  }
  return tracks_.emplace_back(Track{.owner = this, .name = name, .queue_sink = queue_sink, .ghost = ghost});
}

// A pad has one stream, and one collection that names it: at another stream on the same pad, decodebin3 from
// GStreamer 1.26 on ends the process.
GstPadProbeReturn LastingPads::on_queue_event(GstPad* queue_sink, GstPadProbeInfo* info, gpointer data) {
  const GstEventType type = GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info));
  const bool stays = type == GST_EVENT_STREAM_START ||
                     (type == GST_EVENT_STREAM_COLLECTION && static_cast<LastingPads*>(data)->any_continued_);
  return stays && has_sticky(queue_sink, type) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
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

// Where no pad is linked, elements may wait for a track that has not come. They get EOS, too.
void LastingPads::let_eos_pass() {
  ends_ = true;
  if (std::ranges::any_of(tracks_, [](const Track& track) { return gst_pad_is_linked(track.ghost); })) return;
  for (const std::string name : {"video_0", "audio_0"}) {
    if (tracks_.empty() || find(name)) continue;
    Track& track = new_track(name);
    put_on(track.ghost, nullptr);
    const GText id(g_strdup_printf("%s/%s", GST_OBJECT_NAME(bin()), name.c_str()));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_send_event(track.queue_sink, gst_event_new_stream_start(id.get()));
    gst_pad_send_event(track.queue_sink, gst_event_new_segment(&segment));
    gst_pad_send_event(track.queue_sink, gst_event_new_eos());
  }
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

// The demuxer has ended the pad that it had for the track before, if it had one. Nothing has been pushed to
// the new one.
void LastingPads::add(GstPad* pad) {
  Track* const known = find(GST_PAD_NAME(pad));
  const bool is_new = !known;
  Track& track = known ? *known : new_track(GST_PAD_NAME(pad));
  any_continued_ = any_continued_ || !is_new;
  remove_maker(track);
  gst_pad_add_probe(pad, kData, on_data, &track, nullptr);
  gst_pad_link_full(pad, track.queue_sink, GST_PAD_LINK_CHECK_NOTHING);
  if (is_new) put_on(track.ghost, pad);
  const CapsPtr caps(gst_pad_get_current_caps(pad));
  if (!caps || make_byte_stream(track, pad, caps.get())) return;
  if (!is_new) choose(track, caps.get());
}

// If the peer takes only that. Returns whether it does.
bool LastingPads::make_byte_stream(Track& track, GstPad* pad, GstCaps* caps) {
  const CapsPtr made = as_byte_stream(caps);
  if (!made || gst_pad_peer_query_accept_caps(track.ghost, caps) ||
      !gst_pad_peer_query_accept_caps(track.ghost, made.get()))
    return false;
  track.maker = new_byte_stream_maker(caps);
  if (!track.maker) return false;
  gst_bin_add(GST_BIN(bin()), track.maker);
  gst_pad_unlink(pad, track.queue_sink);
  GstPad* in = gst_element_get_static_pad(track.maker, "sink");
  GstPad* out = gst_element_get_static_pad(track.maker, "src");
  gst_pad_link_full(out, track.queue_sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_link_full(pad, in, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref(in);
  gst_object_unref(out);
  gst_pad_sticky_events_foreach(track.ghost, replace_caps, made.get());
  gst_element_sync_state_with_parent(track.maker);
  track.left_out.reset();
  return true;
}

void LastingPads::remove_maker(Track& track) {
  if (track.maker) remove_from(bin(), std::exchange(track.maker, nullptr));
}

void LastingPads::no_more() {
  if (!std::exchange(told_no_more_, true)) gst_element_no_more_pads(bin());
}

// Whether what follows is for the peer. Caps that are dropped come again with each buffer.
void LastingPads::choose(Track& track, GstCaps* caps) {
  const bool accepted = gst_pad_peer_query_accept_caps(track.ghost, caps);
  const CapsPtr before = std::exchange(track.left_out, CapsPtr(accepted ? nullptr : gst_caps_ref(caps)));
  if (accepted || (before && gst_caps_is_equal(before.get(), caps))) return;
  if (!before) track.told_until = GST_CLOCK_TIME_NONE;
  GstStructure* told = gst_structure_new("track-left-out", "pad", G_TYPE_STRING, GST_PAD_NAME(track.ghost),
                                         "caps", GST_TYPE_CAPS, caps, "reason", G_TYPE_STRING,
                                         "what is linked to the pad does not take its new format", nullptr);
  gst_element_post_message(bin(), gst_message_new_element(GST_OBJECT(bin()), told));
}

GstPadProbeReturn LastingPads::take_event(Track& track, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS && !track.maker) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    choose(track, caps);
  }
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_EOS:
      return ends_ ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
    case GST_EVENT_CAPS:
    case GST_EVENT_TAG:
      return track.left_out ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    case GST_EVENT_STREAM_START:
      return GST_PAD_PROBE_OK;
    default:
      return waits_for_caps(track) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  }
}

// Elements get caps before all else. There have been none if no publisher's track was taken.
bool LastingPads::waits_for_caps(const Track& track) {
  return track.left_out && !has_sticky(track.queue_sink, GST_EVENT_CAPS);
}

// In place of what is left out.
void LastingPads::fill(Track& track, GstClockTime time) {
  if (!GST_CLOCK_TIME_IS_VALID(time)) return;
  if (!GST_CLOCK_TIME_IS_VALID(track.told_until)) track.told_until = time;
  if (time < track.told_until + kGapInterval || waits_for_caps(track)) return;
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
