// SPDX-License-Identifier: LGPL-2.1-or-later
#include "branch.h"

#include "glib_text.h"
#include "gsteflvdemux.h"
#include "gstrtmp2serversrc.h"
#include "lasting_pads.h"
#include "passing_pads.h"
#include "publisher_signals.h"
#include "server_uri.h"

namespace rtmp {
namespace {

GstElement* new_element(GType type, const char* name, guint number) {
  const GText numbered(g_strdup_printf("%s%u", name, number));
  return GST_ELEMENT(gst_object_ref_sink(g_object_new(type, "name", numbered.get(), nullptr)));
}

}  // namespace

std::string branch_name(const std::string& application, const std::string& stream_key) {
  return application + (application.empty() || stream_key.empty() ? "" : "/") + stream_key;
}

Branch::Branch(Setup setup, Owner& owner)
    : setup_(std::move(setup)),
      owner_(owner),
      name_(branch_name(setup_.settings.mount.application.value_or(""),
                        setup_.settings.mount.stream_key.value_or(""))),
      source_(new_element(GST_TYPE_RTMP2_SERVER_SRC, "source", setup_.number)),
      demux_(new_element(GST_TYPE_EFLV_DEMUX, "demux", setup_.number)),
      announcements_(announcements_of(source_)) {
  set_up(source_, {.settings = setup_.settings, .config = setup_.config, .observer = this});
  announcements_.tell_as(setup_.announcements, setup_.number);
  if (has_entrance())
    pads_ = std::make_unique<PassingPads>(bin(), demux_, number());
  else
    pads_ = std::make_unique<LastingPads>(bin(), demux_, number(), setup_.settings.max_queue_bytes);
  GstPad* pad = gst_element_get_static_pad(source_, "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, this, nullptr);
  gst_object_unref(pad);
  gst_bin_add_many(setup_.bin, source_, demux_, nullptr);
  gst_element_link(source_, demux_);
}

Branch::~Branch() {
  gst_object_unref(source_);
  gst_object_unref(demux_);
}

bool Branch::set_state(GstState state) {
  bool started = true;
  for (GstElement* element : {demux_, source_}) {
    GST_STATE_LOCK(element);
    if (!gst_element_is_locked_state(element))
      started = gst_element_set_state(element, state) != GST_STATE_CHANGE_FAILURE;
    GST_STATE_UNLOCK(element);
  }
  return started;
}

void Branch::end() { gst_element_send_event(source_, gst_event_new_eos()); }

// The streaming thread holds the pad's lock while it pushes EOS, as with all that it does.
void Branch::wait_for_eos() {
  GstPad* pad = gst_element_get_static_pad(source_, "src");
  gst_pad_pause_task(pad);
  gst_object_unref(pad);
  pads_->wait_for_eos();
}

// The pads of one of several publishers go in another thread, and have nothing to wait for.
void Branch::leave() {
  stopping();
  if (!has_entrance()) pads_->stop_waiting();
}

void Branch::close() {
  for (GstElement* element : {source_, demux_}) {
    gst_element_set_locked_state(element, TRUE);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_bin_remove(setup_.bin, element);
  }
  pads_.reset();
}

bool Branch::allows(const PublishRequest& request) {
  return has_entrance() || announcements_.allows(request);
}

// Whom no element takes, the entrance hears of as well.
void Branch::rejected(const PublishRequest& request, Rejection why) {
  if (has_entrance() && why != Rejection::kBusy) return;
  owner_.turned_away(request, why);
  announcements_.rejected(request, why);
}

void Branch::warned(const Error& what) {
  if (!has_entrance()) announcements_.warned(what);
}

void Branch::starting() {
  stopping_ = false;
  announcements_.starting();
}

// The first call sets the time that the application has.
void Branch::stopping() {
  if (!stopping_.exchange(true)) announcements_.stopping();
}

// One that takes over goes on with the stream, and the application knows of that one.
void Branch::publish_started(const PublishRequest& request) {
  owner_.accepted();
  announcements_.publish_started(request);
  {
    std::lock_guard lock(mutex_);
    publisher_ = request;
    if (std::exchange(told_, true)) return;
  }
  tell_publisher_added(announcements_, bin(), setup_.number, request);
}

bool Branch::described(const PublishRequest& request, const Metadata& metadata) {
  return announcements_.described(request, metadata);
}

void Branch::publish_ended(const PublishRequest& request, EndReason reason) {
  announcements_.publish_ended(request, reason);
  {
    std::lock_guard lock(mutex_);
    reason_ = reason;
  }
  if (reason == EndReason::kReplaced) return;
  const bool waits = setup_.settings.keep_listening || reason == EndReason::kNotTaken;
  if (waits && !has_entrance()) {
    tell_removed();
    return;
  }
  over_ = true;
  // The source waits for another one, which gets a branch of its own.
  if (waits) {
    gst_element_call_async(
        source_, [](GstElement* source, gpointer) { gst_element_send_event(source, gst_event_new_eos()); },
        nullptr, nullptr);
  }
}

void Branch::tell_removed() {
  std::unique_lock lock(mutex_);
  if (!std::exchange(told_, false)) return;
  const PublishRequest publisher = publisher_;
  const EndReason reason = reason_.value_or(EndReason::kStopped);
  lock.unlock();
  tell_publisher_removed(announcements_, bin(), setup_.number, publisher, reason);
}

GstPadProbeReturn Branch::on_event(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<Branch*>(data);
  switch (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info))) {
    case GST_EVENT_SEGMENT:
      if (!std::exchange(self->named_, true)) self->name_stream(pad);
      break;
    case GST_EVENT_EOS:
      self->pads_->let_eos_pass();
      // A live source that has ended begins again behind PAUSED, to end once more.
      if (!std::exchange(self->drained_, true)) self->owner_.drained(*self);
      break;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

// The source begins its stream before it has a publisher. The demuxer's pads come later: here it is told
// whose they are.
void Branch::name_stream(GstPad* pad) {
  Settings named = setup_.settings;
  named.username.reset();
  g_object_get(source_, "current-port", &named.port, nullptr);
  const bool hides_key = setup_.hides_key;
  {
    std::lock_guard lock(mutex_);
    named.mount.application = to_utf8(publisher_.application).get();
    named.mount.stream_key = hides_key ? kHiddenKey : to_utf8(publisher_.stream_key).get();
  }
  const std::string id = "rtmp:" + std::to_string(named.port) + "/" + std::to_string(setup_.number) + "/" +
                         branch_name(*named.mount.application, *named.mount.stream_key);
  GstEvent* start = gst_event_new_stream_start(id.c_str());
  GstEvent* before = gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_START, 0);
  if (guint group = 0; before && gst_event_parse_group_id(before, &group))
    gst_event_set_group_id(start, group);
  g_clear_pointer(&before, gst_event_unref);
  GstTagList* tags = gst_tag_list_new(GST_TAG_LOCATION, uri_of(named).c_str(), nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);

  GstPad* sink = gst_pad_get_peer(pad);
  gst_pad_send_event(sink, start);
  gst_pad_send_event(sink, gst_event_new_tag(tags));
  gst_object_unref(sink);
}

}  // namespace rtmp
