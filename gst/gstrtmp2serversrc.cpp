// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-rtmp2serversrc
 * @title: rtmp2serversrc
 *
 * Listens for an RTMP publisher, such as OBS or FFmpeg, and pushes what it sends downstream as FLV, byte for
 * byte. The stream ends (EOS) when the publisher's does; with keep-listening it goes on with the next one's.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -e rtmp2serversrc port=1935 application=live ! filesink location=out.flv
 * ]|
 */

#include "gstrtmp2serversrc.h"

#include <memory>

#include "ingest.h"
#include "log_bridge.h"
#include "settings.h"

GST_DEBUG_CATEGORY_STATIC(rtmp2serversrc_debug);
#define GST_CAT_DEFAULT rtmp2serversrc_debug

namespace {

constexpr guint kPropCurrentPort = rtmp::Settings::kEnd;

GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-flv"));

}  // namespace

struct _GstRtmp2ServerSrc {
  GstPushSrc parent;

  // The object lock guards settings and current_port. ingest changes in start() and stop() only, when no
  // other of the functions below runs.
  rtmp::Settings* settings;
  guint current_port;
  rtmp::LogBridge* logger;
  rtmp::Ingest* ingest;
};

G_DEFINE_FINAL_TYPE(GstRtmp2ServerSrc, gst_rtmp2_server_src, GST_TYPE_PUSH_SRC)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE(rtmp2serversrc, "rtmp2serversrc", GST_RANK_NONE,
                                      GST_TYPE_RTMP2_SERVER_SRC,
                                      GST_DEBUG_CATEGORY_INIT(rtmp2serversrc_debug, "rtmp2serversrc", 0,
                                                              "RTMP server source"))

static void gst_rtmp2_server_src_set_current_port(GstRtmp2ServerSrc* self, guint port) {
  GST_OBJECT_LOCK(self);
  self->current_port = port;
  GST_OBJECT_UNLOCK(self);
  g_object_notify(G_OBJECT(self), "current-port");
}

static gboolean gst_rtmp2_server_src_start(GstBaseSrc* src) {
  auto* self = GST_RTMP2_SERVER_SRC(src);
  GST_OBJECT_LOCK(self);
  const rtmp::Settings settings = *self->settings;
  GST_OBJECT_UNLOCK(self);

  auto ingest = std::make_unique<rtmp::Ingest>(settings, *self->logger);
  if (auto started = ingest->start(); !started) {
    const std::string& detail = started.error().detail;
    if (started.error().code == rtmp::ErrorCode::kAddressInUse) {
      GST_ELEMENT_ERROR(
          self, RESOURCE, BUSY,
          ("Cannot listen on %s. Is another server running there? Set port, or stop it.", detail.c_str()),
          (nullptr));
    } else {
      GST_ELEMENT_ERROR(self, RESOURCE, OPEN_READ,
                        ("Cannot listen on %s. Check host and port.", detail.c_str()), (nullptr));
    }
    return FALSE;
  }
  self->ingest = ingest.release();
  GST_INFO_OBJECT(self, "listening on port %u", self->ingest->port());
  gst_rtmp2_server_src_set_current_port(self, self->ingest->port());
  return TRUE;
}

static gboolean gst_rtmp2_server_src_stop(GstBaseSrc* src) {
  auto* self = GST_RTMP2_SERVER_SRC(src);
  delete std::exchange(self->ingest, nullptr);
  gst_rtmp2_server_src_set_current_port(self, 0);
  return TRUE;
}

// Both may come without a start() that succeeded.
static gboolean gst_rtmp2_server_src_unlock(GstBaseSrc* src) {
  if (auto* ingest = GST_RTMP2_SERVER_SRC(src)->ingest) ingest->interrupt();
  return TRUE;
}

static gboolean gst_rtmp2_server_src_unlock_stop(GstBaseSrc* src) {
  if (auto* ingest = GST_RTMP2_SERVER_SRC(src)->ingest) ingest->resume();
  return TRUE;
}

// GstBaseSrc would interrupt create(), losing what is queued, and wait for the streaming thread with the
// state lock held, for which a sink that is just prerolling waits in turn. This ends the stream where its
// publisher would.
static gboolean gst_rtmp2_server_src_send_event(GstElement* element, GstEvent* event) {
  auto* self = GST_RTMP2_SERVER_SRC(element);
  if (GST_EVENT_TYPE(event) != GST_EVENT_EOS || !self->ingest)
    return GST_ELEMENT_CLASS(gst_rtmp2_server_src_parent_class)->send_event(element, event);
  gst_event_unref(event);
  self->ingest->end();
  return TRUE;
}

static GstClockTime gst_rtmp2_server_src_running_time(GstRtmp2ServerSrc* self) {
  const GstClockTime now = gst_element_get_current_running_time(GST_ELEMENT(self));
  return GST_CLOCK_TIME_IS_VALID(now) ? now : 0;
}

static GstFlowReturn gst_rtmp2_server_src_create(GstPushSrc* src, GstBuffer** buffer) {
  auto* self = GST_RTMP2_SERVER_SRC(src);
  auto* base = GST_BASE_SRC(src);
  rtmp::FlvStream& stream = self->ingest->stream();

  while (!stream.begun() || stream.size() == 0) {
    const auto next = self->ingest->next();
    if (next == rtmp::Ingest::Next::kInterrupted) return GST_FLOW_FLUSHING;
    if (next == rtmp::Ingest::Next::kEnd) return GST_FLOW_EOS;
    stream.set_running_time(gst_rtmp2_server_src_running_time(self));
    if (next == rtmp::Ingest::Next::kData) break;
    gst_pad_push_event(GST_BASE_SRC_PAD(base), stream.gap());
  }
  if (!stream.begun()) {
    const GstSegment segment = stream.begin(gst_rtmp2_server_src_running_time(self));
    gst_base_src_new_segment(base, &segment);
    *buffer = stream.pop();  // alone: the base class pushes the segment in front of it
    return GST_FLOW_OK;
  }
  // Most of a burst goes as one list, which costs a fraction of as many calls. It is pushed here:
  // gst_base_src_submit_buffer_list() ends with a failed assertion where a flush comes at the same time.
  // num-buffers counts what create() returns, so with it, that has to be one at a time.
  if (base->num_buffers_left < 0 && stream.size() > 1) {
    const GstFlowReturn pushed = gst_pad_push_list(GST_BASE_SRC_PAD(base), stream.pop_all_but_one());
    if (pushed != GST_FLOW_OK) return pushed;
  }
  *buffer = stream.pop();
  return GST_FLOW_OK;
}

static void gst_rtmp2_server_src_set_property(GObject* object, guint id, const GValue* value,
                                              GParamSpec* pspec) {
  auto* self = GST_RTMP2_SERVER_SRC(object);
  GST_OBJECT_LOCK(self);
  const bool known = self->settings->set(id, value);
  GST_OBJECT_UNLOCK(self);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_rtmp2_server_src_get_property(GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  auto* self = GST_RTMP2_SERVER_SRC(object);
  GST_OBJECT_LOCK(self);
  bool known = true;
  if (id == kPropCurrentPort)
    g_value_set_uint(value, self->current_port);
  else
    known = self->settings->get(id, value);
  GST_OBJECT_UNLOCK(self);
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_rtmp2_server_src_finalize(GObject* object) {
  auto* self = GST_RTMP2_SERVER_SRC(object);
  delete self->logger;
  delete self->settings;
  G_OBJECT_CLASS(gst_rtmp2_server_src_parent_class)->finalize(object);
}

static void gst_rtmp2_server_src_class_init(GstRtmp2ServerSrcClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_rtmp2_server_src_set_property;
  object_class->get_property = gst_rtmp2_server_src_get_property;
  object_class->finalize = gst_rtmp2_server_src_finalize;
  rtmp::Settings::install(object_class);
  g_object_class_install_property(
      object_class, kPropCurrentPort,
      g_param_spec_uint("current-port", "Current port", "Port that is listened on (0: not listening)", 0,
                        G_MAXUINT16, 0, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->send_event = gst_rtmp2_server_src_send_event;
  gst_element_class_add_static_pad_template(element_class, &src_template);
  gst_element_class_set_static_metadata(element_class, "RTMP server source", "Source/Network",
                                        "Listens for an RTMP publisher and receives its stream as FLV",
                                        "The gst-rtmp2-server authors");

  auto* base_class = GST_BASE_SRC_CLASS(klass);
  base_class->start = gst_rtmp2_server_src_start;
  base_class->stop = gst_rtmp2_server_src_stop;
  base_class->unlock = gst_rtmp2_server_src_unlock;
  base_class->unlock_stop = gst_rtmp2_server_src_unlock_stop;
  GST_PUSH_SRC_CLASS(klass)->create = gst_rtmp2_server_src_create;
}

static void gst_rtmp2_server_src_init(GstRtmp2ServerSrc* self) {
  self->settings = new rtmp::Settings;
  self->logger = new rtmp::LogBridge(rtmp2serversrc_debug, G_OBJECT(self));
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}
