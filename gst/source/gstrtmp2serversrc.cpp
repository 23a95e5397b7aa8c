// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-rtmp2serversrc
 * @title: rtmp2serversrc
 * @short_description: Receives a stream from an RTMP publisher, as a server
 *
 * rtmp2serversrc listens for an RTMP publisher, such as OBS or FFmpeg, and pushes the publisher's stream
 * downstream as FLV, byte for byte. It sends EOS when the publisher ends its stream. With
 * #GstRtmp2ServerSrc:keep-listening the stream goes on with the next publisher instead.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -e rtmp2serversrc port=1935 application=live ! filesink location=out.flv
 * ]|
 * This records what `ffmpeg -i input.mp4 -c copy -f flv rtmp://localhost/live/my-key` publishes.
 *
 * Since: 0.9
 */

#include "gstrtmp2serversrc.h"

#include <memory>

#include "announcements.h"
#include "debug_category.h"
#include "ingest.h"
#include "inner_source.h"
#include "log_bridge.h"
#include "object_lock.h"
#include "properties.h"
#include "server_uri.h"
#include "settings.h"
#include "source_interface.h"
#include "start_error.h"
#include "statistics.h"
#include "stream_task.h"

GST_DEBUG_CATEGORY(rtmp2serversrc_debug);

namespace {

// The properties of the settings have the ids from kFirstSetting on.
enum : guint { kPropCurrentPort = 1, kPropPublishing, kPropStats, kFirstSetting };

GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-flv, variant=(string)rtmp"));

}  // namespace

struct _GstRtmp2ServerSrc {
  GstPushSrc parent;

  // The object lock guards settings and current_port. ingest and task change only in start() and stop(), when
  // none of the other functions below runs but for the action, which holds the object lock.
  rtmp::Settings* settings;
  guint current_port;
  rtmp::Statistics* statistics;
  rtmp::Announcements* announcements;
  rtmp::PublishObserver* observer;   // the announcements, or a bin that hands on to them
  const rtmp::ServerConfig* config;  // that a bin has given, or null
  rtmp::Ingest* ingest;
  rtmp::StreamTask* task;
  GThread* pausing;  // that takes the element from PLAYING to PAUSED now; atomic
};

static void gst_rtmp2_server_src_uri_handler_init(gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE(GstRtmp2ServerSrc, gst_rtmp2_server_src, GST_TYPE_PUSH_SRC,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER,
                                                    gst_rtmp2_server_src_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE(rtmp2serversrc, "rtmp2serversrc", GST_RANK_NONE,
                                      GST_TYPE_RTMP2_SERVER_SRC,
                                      GST_DEBUG_CATEGORY_INIT(rtmp2serversrc_debug, "rtmp2serversrc", 0,
                                                              "RTMP server source"))

// The log of the servers, which elements share. So it is never deleted.
rtmp::Logger& rtmp::source_logger() {
  static auto* logger = new LogBridge(rtmp2serversrc_debug);
  return *logger;
}

void rtmp::set_up(GstElement* source, InnerSource inner) {
  auto* self = GST_RTMP2_SERVER_SRC(source);
  *self->settings = std::move(inner.settings);
  if (inner.config) self->config = new ServerConfig(*std::move(inner.config));
  if (inner.observer) self->observer = inner.observer;
}

rtmp::Announcements& rtmp::announcements_of(GstElement* source) {
  return *GST_RTMP2_SERVER_SRC(source)->announcements;
}

static rtmp::Settings gst_rtmp2_server_src_settings(GstRtmp2ServerSrc* self) {
  const rtmp::ObjectLock lock(self);
  return *self->settings;
}

static GstClockTime gst_rtmp2_server_src_latency(GstRtmp2ServerSrc* self) {
  const rtmp::ObjectLock lock(self);
  return self->settings->latency_ms * GST_MSECOND;
}

static void gst_rtmp2_server_src_set_current_port(GstRtmp2ServerSrc* self, guint port) {
  {
    const rtmp::ObjectLock lock(self);
    self->current_port = port;
  }
  g_object_notify(G_OBJECT(self), "current-port");
}

static gboolean gst_rtmp2_server_src_start(GstBaseSrc* src) {
  auto* self = GST_RTMP2_SERVER_SRC(src);
  const rtmp::Settings settings = gst_rtmp2_server_src_settings(self);

  if (!rtmp::can_start(GST_ELEMENT(self), settings)) return FALSE;
  const rtmp::Result<rtmp::ServerConfig> config = self->config ? *self->config : settings.server_config();
  if (!config) {
    rtmp::post_start_error(GST_ELEMENT(self), config.error());
    return FALSE;
  }
  auto mount = settings.mount_spec(GST_OBJECT(self));
  if (!mount) {
    rtmp::post_start_error(GST_ELEMENT(self), mount.error());
    return FALSE;
  }
  // Statistics come first, so that handlers of signals find a new publisher in them.
  auto ingest = std::make_unique<rtmp::Ingest>(settings, *std::move(mount),
                                               rtmp::Ingest::Observers{self->statistics, self->observer},
                                               self->statistics->counters);
  if (auto started = ingest->start(*config, rtmp::source_logger()); !started) {
    rtmp::post_start_error(GST_ELEMENT(self), started.error());
    return FALSE;
  }
  {
    const rtmp::ObjectLock lock(self);
    self->ingest = ingest.release();
  }
  self->task = new rtmp::StreamTask(GST_BASE_SRC(self), settings, *self->ingest, self->statistics->counters,
                                    [self] { return gst_rtmp2_server_src_latency(self); });
  GST_INFO_OBJECT(self, "listening on port %u", self->ingest->port());
  gst_rtmp2_server_src_set_current_port(self, self->ingest->port());
  return TRUE;
}

static gboolean gst_rtmp2_server_src_stop(GstBaseSrc* src) {
  auto* self = GST_RTMP2_SERVER_SRC(src);
  delete std::exchange(self->task, nullptr);
  rtmp::Ingest* ingest = nullptr;
  {
    const rtmp::ObjectLock lock(self);
    ingest = std::exchange(self->ingest, nullptr);
  }
  delete ingest;
  gst_rtmp2_server_src_set_current_port(self, 0);
  return TRUE;
}

// Any thread may call this, also one for which a change of the state waits.
static gboolean gst_rtmp2_server_src_disconnect_publisher(GstRtmp2ServerSrc* self, rtmp::Dismissal how) {
  const rtmp::ObjectLock lock(self);
  return self->ingest && self->ingest->dismiss(how);
}

bool rtmp::dismiss_publisher(GstElement* source, Dismissal how) {
  return gst_rtmp2_server_src_disconnect_publisher(GST_RTMP2_SERVER_SRC(source), how) != FALSE;
}

static gboolean gst_rtmp2_server_src_request_reconnect(GstRtmp2ServerSrc* self, const gchar* url) {
  const rtmp::ObjectLock lock(self);
  return self->ingest && self->ingest->request_reconnect(url ? url : "");
}

bool rtmp::request_reconnect(GstElement* source, const gchar* url) {
  return gst_rtmp2_server_src_request_reconnect(GST_RTMP2_SERVER_SRC(source), url) != FALSE;
}

// On the way from PLAYING to PAUSED, GStreamer 1.26 and later unlock the element, too. If PLAYING came again
// before create() had returned from that, the base class would stop the streaming thread for good. It has no
// need to return: what it returns in PAUSED is pushed in PLAYING.
static GstStateChangeReturn gst_rtmp2_server_src_change_state(GstElement* element,
                                                              GstStateChange transition) {
  auto* self = GST_RTMP2_SERVER_SRC(element);
  const bool pauses = transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED;
  if (pauses) g_atomic_pointer_set(&self->pausing, g_thread_self());
  const GstStateChangeReturn changed =
      GST_ELEMENT_CLASS(gst_rtmp2_server_src_parent_class)->change_state(element, transition);
  if (pauses) g_atomic_pointer_set(&self->pausing, nullptr);
  return changed;
}

// Both may be called without a start() that succeeded.
static gboolean gst_rtmp2_server_src_unlock(GstBaseSrc* src) {
  auto* self = GST_RTMP2_SERVER_SRC(src);
  if (g_atomic_pointer_get(&self->pausing) == g_thread_self()) return TRUE;
  if (self->ingest) self->ingest->interrupt();
  return TRUE;
}

static gboolean gst_rtmp2_server_src_unlock_stop(GstBaseSrc* src) {
  if (auto* ingest = GST_RTMP2_SERVER_SRC(src)->ingest) ingest->resume();
  return TRUE;
}

// GstBaseSrc would interrupt create(), which loses what is queued, and it would wait for the streaming thread
// while it holds the state lock, for which a sink that is prerolling may wait. This ends the stream in the
// same way as the end of the publisher does.
static gboolean gst_rtmp2_server_src_send_event(GstElement* element, GstEvent* event) {
  auto* self = GST_RTMP2_SERVER_SRC(element);
  if (GST_EVENT_TYPE(event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS(gst_rtmp2_server_src_parent_class)->send_event(element, event);
  gst_event_unref(event);
  if (!self->ingest) return FALSE;
  self->ingest->end();
  return TRUE;
}

// It is one probe for all that passes, because a pad goes through all of its probes three times for each
// buffer.
static GstPadProbeReturn gst_rtmp2_server_src_probe(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<GstRtmp2ServerSrc*>(data);
  const GstPadProbeType type = GST_PAD_PROBE_INFO_TYPE(info);
  // The base class asks downstream for memory whenever a link behind this element changes. The answer is not
  // used, because tags bring their own memory. Asking would even do harm: the query is serialized, so it
  // waits behind what queues hold. A sink that has its preroll lets nothing pass until the whole pipeline
  // plays, and that may depend on another sink, which waits for data from here.
  if ((type & GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM) != 0)
    return GST_QUERY_TYPE(GST_PAD_PROBE_INFO_QUERY(info)) == GST_QUERY_ALLOCATION ? GST_PAD_PROBE_DROP
                                                                                  : GST_PAD_PROBE_OK;
  // The base class pushes EOS at each end: at that of the publisher's stream, at that of num-buffers, and
  // when downstream accepts nothing more, which only the base class learns. Nothing is pushed from then on,
  // so the publisher is ended.
  const bool is_event = (type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0;
  if (is_event && GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS && self->ingest)
    self->ingest->end();
  if (!is_event && self->task) self->task->pushed();
  return GST_PAD_PROBE_OK;
}

// If downstream fails, the base class posts an error that does not say why. This element posts a warning with
// the most likely reason before it, because an application may stop at the first error.
static gboolean gst_rtmp2_server_src_post_message(GstElement* element, GstMessage* message) {
  auto* self = GST_RTMP2_SERVER_SRC(element);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && GST_MESSAGE_SRC(message) == GST_OBJECT(self) &&
      self->task)
    self->task->codecs().warn(element);
  return GST_ELEMENT_CLASS(gst_rtmp2_server_src_parent_class)->post_message(element, message);
}

// A frame that is late by less than the latency is still in time, because sinks wait for that long. The queue
// is bounded in bytes and not in time.
static gboolean gst_rtmp2_server_src_query(GstBaseSrc* src, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS(gst_rtmp2_server_src_parent_class)->query(src, query);
  auto* self = GST_RTMP2_SERVER_SRC(src);
  const GstClockTime latency = gst_rtmp2_server_src_latency(self);
  gst_query_set_latency(query, TRUE, latency, GST_CLOCK_TIME_NONE);
  return TRUE;
}

// The base class asks for the caps again at each change downstream.
static gboolean gst_rtmp2_server_src_negotiate(GstBaseSrc* src) {
  const auto* task = GST_RTMP2_SERVER_SRC(src)->task;
  if (!task || !task->caps()) return GST_BASE_SRC_CLASS(gst_rtmp2_server_src_parent_class)->negotiate(src);
  return gst_base_src_set_caps(src, task->caps());
}

static GstFlowReturn gst_rtmp2_server_src_create(GstPushSrc* src, GstBuffer** buffer) {
  return GST_RTMP2_SERVER_SRC(src)->task->create(buffer);
}

static void gst_rtmp2_server_src_renew_certificate(GstRtmp2ServerSrc* self) {
  std::shared_ptr<rtmp::Server> server;
  rtmp::TlsCertificate certificate;
  {
    const rtmp::ObjectLock lock(self);
    if (self->ingest) server = self->ingest->server();
    certificate = self->settings->certificate;
  }
  if (server && certificate) rtmp::renew_certificate(GST_ELEMENT(self), *server, certificate);
}

static void gst_rtmp2_server_src_set_property(GObject* object, guint id, const GValue* value,
                                              GParamSpec* pspec) {
  auto* self = GST_RTMP2_SERVER_SRC(object);
  const bool known = [&] {
    const rtmp::ObjectLock lock(self);
    if (id < kFirstSetting || !rtmp::set_property(*self->settings, id - kFirstSetting, value)) return false;
    if (self->ingest && g_str_equal(pspec->name, "accepting"))
      self->ingest->set_accepting(self->settings->accepts());
    return true;
  }();
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  if (g_str_equal(pspec->name, "tls-certificate")) gst_rtmp2_server_src_renew_certificate(self);
  if (g_str_equal(pspec->name, "latency"))
    gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

static void gst_rtmp2_server_src_get_property(GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  auto* self = GST_RTMP2_SERVER_SRC(object);
  if (id == kPropStats) {
    g_value_take_boxed(value, self->statistics->to_structure());
    return;
  }
  if (id == kPropPublishing) {
    g_value_set_boolean(value, self->statistics->publishing());
    return;
  }
  bool known = true;
  const rtmp::ObjectLock lock(self);
  if (id == kPropCurrentPort)
    g_value_set_uint(value, self->current_port);
  else
    known = id >= kFirstSetting && rtmp::get_property(*self->settings, id - kFirstSetting, value);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_rtmp2_server_src_finalize(GObject* object) {
  auto* self = GST_RTMP2_SERVER_SRC(object);
  delete self->config;
  delete self->announcements;
  delete self->statistics;
  delete self->settings;
  G_OBJECT_CLASS(gst_rtmp2_server_src_parent_class)->finalize(object);
}

static gchar* gst_rtmp2_server_src_get_uri(GstURIHandler* handler) {
  auto* self = GST_RTMP2_SERVER_SRC(handler);
  const rtmp::Settings settings = gst_rtmp2_server_src_settings(self);
  return g_strdup(rtmp::uri_of(settings).c_str());
}

static gboolean gst_rtmp2_server_src_set_uri(GstURIHandler* handler, const gchar* uri, GError** error) {
  auto* self = GST_RTMP2_SERVER_SRC(handler);
  if (GST_STATE(self) >= GST_STATE_PAUSED) {
    g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE, "the element must be in NULL or READY");
    return FALSE;
  }
  bool secure = false;
  if (!rtmp::set_uri(GST_ELEMENT(self), uri, &secure, error)) return FALSE;
  const rtmp::ObjectLock lock(self);
  self->settings->secure = secure;
  return TRUE;
}

static void gst_rtmp2_server_src_uri_handler_init(gpointer iface, gpointer) {
  auto* handler = static_cast<GstURIHandlerInterface*>(iface);
  handler->get_type = [](GType) { return GST_URI_SRC; };
  handler->get_protocols = [](GType) { return rtmp::kUriProtocols; };
  handler->get_uri = gst_rtmp2_server_src_get_uri;
  handler->set_uri = gst_rtmp2_server_src_set_uri;
}

static void gst_rtmp2_server_src_class_init(GstRtmp2ServerSrcClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_rtmp2_server_src_set_property;
  object_class->get_property = gst_rtmp2_server_src_get_property;
  object_class->finalize = gst_rtmp2_server_src_finalize;
  rtmp::install_properties(object_class, kFirstSetting);
  rtmp::install_interface(object_class,
                          {.current_port = kPropCurrentPort,
                           .publishing = kPropPublishing,
                           .stats = kPropStats,
                           .disconnect_publisher = G_CALLBACK(gst_rtmp2_server_src_disconnect_publisher),
                           .request_reconnect = G_CALLBACK(gst_rtmp2_server_src_request_reconnect)});
  rtmp::Announcements::install(object_class);
  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = gst_rtmp2_server_src_change_state;
  element_class->send_event = gst_rtmp2_server_src_send_event;
  element_class->post_message = gst_rtmp2_server_src_post_message;
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "RTMP server source", "Source/Network",
                                        "Listens for an RTMP publisher and receives its stream as FLV",
                                        PLUGIN_AUTHOR);

  auto* base_class = GST_BASE_SRC_CLASS(klass);
  base_class->start = gst_rtmp2_server_src_start;
  base_class->stop = gst_rtmp2_server_src_stop;
  base_class->query = gst_rtmp2_server_src_query;
  base_class->negotiate = gst_rtmp2_server_src_negotiate;
  base_class->unlock = gst_rtmp2_server_src_unlock;
  base_class->unlock_stop = gst_rtmp2_server_src_unlock_stop;
  GST_PUSH_SRC_CLASS(klass)->create = gst_rtmp2_server_src_create;
}

static void gst_rtmp2_server_src_init(GstRtmp2ServerSrc* self) {
  self->settings = new rtmp::Settings;
  self->statistics = new rtmp::Statistics;
  self->announcements = new rtmp::Announcements(GST_ELEMENT(self), *self->statistics);
  self->observer = self->announcements;
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
  constexpr auto kPasses = static_cast<GstPadProbeType>(
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER);
  gst_pad_add_probe(GST_BASE_SRC_PAD(self), kPasses, gst_rtmp2_server_src_probe, self, nullptr);
}
