// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-rtmp2serverbin
 * @title: rtmp2serverbin
 * @short_description: Receives the elementary streams of RTMP publishers, as a server
 *
 * rtmp2serverbin listens for RTMP publishers, such as OBS or FFmpeg, and has a source pad for each track of
 * each of them: `video_0_0` is track 0 of publisher 0. With #GstRtmp2ServerBin:max-publishers it takes
 * several at once, each with a queue and a thread of its own.
 *
 * ## Example
 * |[
 * gst-launch-1.0 rtmp2serverbin ! decodebin3 ! autovideosink
 * ]|
 * This shows what `ffmpeg -re -i input.mp4 -c copy -f flv rtmp://localhost/live/my-key` publishes.
 *
 * Since: 0.9
 */

#include "gstrtmp2serverbin.h"

#include "branches.h"
#include "enums.h"
#include "object_lock.h"
#include "properties.h"
#include "publisher_signals.h"
#include "server_uri.h"

namespace {

// The properties of the settings have the ids from kFirstSetting on.
enum : guint {
  kPropCurrentPort = 1,
  kPropPublishing,
  kPropStats,
  kPropMaxPublishers,
  kPropIsolateErrors,
  kFirstSetting
};

constexpr guint kMostPublishers = 100'000;

GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE("video_%u_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);
GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE("audio_%u_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);

}  // namespace

struct _GstRtmp2ServerBin {
  GstBin parent;

  // The object lock guards these two.
  rtmp::Settings* settings;
  rtmp::BinSettings bin_settings;
  rtmp::Branches* branches;
};

static void gst_rtmp2_server_bin_uri_handler_init(gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE(GstRtmp2ServerBin, gst_rtmp2_server_bin, GST_TYPE_BIN,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER,
                                                    gst_rtmp2_server_bin_uri_handler_init))
// rtmp2serversrc takes the same URIs, and has a lower rank.
GST_ELEMENT_REGISTER_DEFINE(rtmp2serverbin, "rtmp2serverbin", GST_RANK_PRIMARY, GST_TYPE_RTMP2_SERVER_BIN)

static rtmp::Settings gst_rtmp2_server_bin_settings(GstRtmp2ServerBin* self) {
  const rtmp::ObjectLock lock(self);
  return *self->settings;
}

static rtmp::BinSettings gst_rtmp2_server_bin_own_settings(GstRtmp2ServerBin* self) {
  const rtmp::ObjectLock lock(self);
  return self->bin_settings;
}

// Without a publisher the bin may have no child that would say that it is live.
static GstStateChangeReturn gst_rtmp2_server_bin_as_live(GstStateChangeReturn changed) {
  return changed == GST_STATE_CHANGE_SUCCESS ? GST_STATE_CHANGE_NO_PREROLL : changed;
}

static void gst_rtmp2_server_bin_stop(GstRtmp2ServerBin* self) {
  self->branches->stop();
  g_object_notify(G_OBJECT(self), "current-port");
}

static GstStateChangeReturn gst_rtmp2_server_bin_change_state(GstElement* element, GstStateChange change) {
  auto* self = GST_RTMP2_SERVER_BIN(element);
  rtmp::Branches& branches = *self->branches;
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED &&
      !branches.start(gst_rtmp2_server_bin_settings(self), gst_rtmp2_server_bin_own_settings(self)))
    return GST_STATE_CHANGE_FAILURE;
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) branches.leave();
  const GstStateChangeReturn changed =
      GST_ELEMENT_CLASS(gst_rtmp2_server_bin_parent_class)->change_state(element, change);
  const bool failed = changed == GST_STATE_CHANGE_FAILURE;
  switch (change) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (failed) {
        branches.leave();
        gst_rtmp2_server_bin_stop(self);
        return changed;
      }
      branches.settle(GST_STATE_PAUSED);
      g_object_notify(G_OBJECT(self), "current-port");
      return gst_rtmp2_server_bin_as_live(changed);
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      if (!failed) branches.settle(GST_STATE_PLAYING);
      return changed;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      branches.settle(GST_STATE_PAUSED);
      return gst_rtmp2_server_bin_as_live(changed);
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      gst_rtmp2_server_bin_stop(self);
      return changed;
    default:
      return changed;
  }
}

static void gst_rtmp2_server_bin_handle_message(GstBin* bin, GstMessage* message) {
  if (GST_RTMP2_SERVER_BIN(bin)->branches->keeps(message))
    gst_message_unref(message);
  else
    GST_BIN_CLASS(gst_rtmp2_server_bin_parent_class)->handle_message(bin, message);
}

// EOS ends every stream behind what has come, and nobody comes any more.
static gboolean gst_rtmp2_server_bin_send_event(GstElement* element, GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS(gst_rtmp2_server_bin_parent_class)->send_event(element, event);
  gst_event_unref(event);
  GST_RTMP2_SERVER_BIN(element)->branches->end();
  return TRUE;
}

static void gst_rtmp2_server_bin_set_latency(GstRtmp2ServerBin* self) {
  self->branches->set_latency(gst_rtmp2_server_bin_settings(self).latency_ms);
  gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

static void gst_rtmp2_server_bin_renew_certificate(GstRtmp2ServerBin* self) {
  const rtmp::TlsCertificate certificate = gst_rtmp2_server_bin_settings(self).certificate;
  if (certificate) self->branches->set_certificate(certificate);
}

static void gst_rtmp2_server_bin_set_property(GObject* object, guint id, const GValue* value,
                                              GParamSpec* pspec) {
  auto* self = GST_RTMP2_SERVER_BIN(object);
  bool known = true;
  {
    const rtmp::ObjectLock lock(self);
    if (id == kPropMaxPublishers)
      self->bin_settings.max_publishers = g_value_get_uint(value);
    else if (id == kPropIsolateErrors)
      self->bin_settings.isolate_errors = g_value_get_boolean(value) != FALSE;
    else
      known = id >= kFirstSetting && rtmp::set_property(*self->settings, id - kFirstSetting, value);
  }
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  if (g_str_equal(pspec->name, "tls-certificate")) gst_rtmp2_server_bin_renew_certificate(self);
  if (g_str_equal(pspec->name, "accepting"))
    self->branches->set_accepting(g_value_get_boolean(value) != FALSE);
  if (g_str_equal(pspec->name, "latency")) gst_rtmp2_server_bin_set_latency(self);
}

static void gst_rtmp2_server_bin_get_property(GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  auto* self = GST_RTMP2_SERVER_BIN(object);
  bool known = true;
  switch (id) {
    case kPropCurrentPort:
      g_value_set_uint(value, self->branches->port());
      break;
    case kPropPublishing:
      g_value_set_boolean(value, self->branches->publishing());
      break;
    case kPropStats:
      g_value_take_boxed(value, self->branches->stats());
      break;
    case kPropMaxPublishers:
      g_value_set_uint(value, gst_rtmp2_server_bin_own_settings(self).max_publishers);
      break;
    case kPropIsolateErrors:
      g_value_set_boolean(value, gst_rtmp2_server_bin_own_settings(self).isolate_errors);
      break;
    default:
      known = id >= kFirstSetting &&
              rtmp::get_property(gst_rtmp2_server_bin_settings(self), id - kFirstSetting, value);
  }
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_rtmp2_server_bin_finalize(GObject* object) {
  auto* self = GST_RTMP2_SERVER_BIN(object);
  delete self->branches;
  delete self->settings;
  G_OBJECT_CLASS(gst_rtmp2_server_bin_parent_class)->finalize(object);
}

static gchar* gst_rtmp2_server_bin_get_uri(GstURIHandler* handler) {
  return g_strdup(rtmp::uri_of(gst_rtmp2_server_bin_settings(GST_RTMP2_SERVER_BIN(handler))).c_str());
}

static gboolean gst_rtmp2_server_bin_set_uri(GstURIHandler* handler, const gchar* uri, GError** error) {
  auto* self = GST_RTMP2_SERVER_BIN(handler);
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

static void gst_rtmp2_server_bin_uri_handler_init(gpointer iface, gpointer) {
  auto* handler = static_cast<GstURIHandlerInterface*>(iface);
  handler->get_type = [](GType) { return GST_URI_SRC; };
  handler->get_protocols = [](GType) { return rtmp::kUriProtocols; };
  handler->get_uri = gst_rtmp2_server_bin_get_uri;
  handler->set_uri = gst_rtmp2_server_bin_set_uri;
}

static void gst_rtmp2_server_bin_install_properties(GObjectClass* object_class) {
  constexpr auto kReadable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  constexpr auto kSetInReady =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const rtmp::BinSettings defaults;
  rtmp::install_properties(object_class, kFirstSetting);
  /**
   * GstRtmp2ServerBin:current-port:
   *
   * The port that the bin listens on. 0 while it does not listen.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropCurrentPort,
      g_param_spec_uint("current-port", "Current port", "Port that the bin listens on (0: it does not)", 0,
                        G_MAXUINT16, 0, kReadable));
  /**
   * GstRtmp2ServerBin:publishing:
   *
   * Whether anybody is publishing to the bin. It notifies of each publisher that begins and that ends.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropPublishing,
      g_param_spec_boolean("publishing", "Publishing", "Whether anybody is publishing", FALSE, kReadable));
  /**
   * GstRtmp2ServerBin:stats:
   *
   * With #GstRtmp2ServerBin:max-publishers of 1, what #GstRtmp2ServerSrc:stats says of the publisher. Else
   * totals, and `publishers`, an array that says the same of each. The structure is a copy.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropStats,
      g_param_spec_boxed("stats", "Statistics", "Statistics of the publishers, and totals",
                         GST_TYPE_STRUCTURE, kReadable));
  /**
   * GstRtmp2ServerBin:max-publishers:
   *
   * How many publishers may be there at once. 0 means as many as #GstRtmp2ServerSrc:max-connections. With any
   * other number than 1, pads come and go with their publishers.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropMaxPublishers,
      g_param_spec_uint("max-publishers", "Maximum publishers",
                        "Publishers that may be there at once (0: as many as max-connections)", 0,
                        kMostPublishers, defaults.max_publishers, kSetInReady));
  /**
   * GstRtmp2ServerBin:isolate-errors:
   *
   * Whether a flow error of what is behind a publisher's pads ends that publisher alone, with a warning on
   * the bus. %FALSE means that it is an error of the bin.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropIsolateErrors,
      g_param_spec_boolean("isolate-errors", "Isolate errors",
                           "A flow error behind a publisher's pads ends that publisher alone",
                           defaults.isolate_errors, kSetInReady));
}

static gboolean gst_rtmp2_server_bin_disconnect_publisher(GstRtmp2ServerBin* self, guint number,
                                                          rtmp::Dismissal how) {
  return self->branches->dismiss(number, how);
}

static gboolean gst_rtmp2_server_bin_request_reconnect(GstRtmp2ServerBin* self, const gchar* url) {
  return self->branches->request_reconnect(url);
}

static void gst_rtmp2_server_bin_class_init(GstRtmp2ServerBinClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_rtmp2_server_bin_set_property;
  object_class->get_property = gst_rtmp2_server_bin_get_property;
  object_class->finalize = gst_rtmp2_server_bin_finalize;
  gst_rtmp2_server_bin_install_properties(object_class);
  rtmp::Announcements::install(object_class);
  rtmp::install_publisher_signals(object_class);
  /**
   * GstRtmp2ServerBin::disconnect-publisher:
   * @self: the bin
   * @number: the publisher's number
   * @how: (type GstRtmp2ServerDismissal): whether the publisher is to come back
   *
   * Ends a publisher, as #GstRtmp2ServerSrc::disconnect-publisher does.
   *
   * Returns: whether there was such a publisher.
   *
   * Since: 0.9
   */
  g_signal_new_class_handler("disconnect-publisher", G_OBJECT_CLASS_TYPE(object_class),
                             static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                             G_CALLBACK(gst_rtmp2_server_bin_disconnect_publisher), nullptr, nullptr, nullptr,
                             G_TYPE_BOOLEAN, 2, G_TYPE_UINT, rtmp::dismissal_type());
  /**
   * GstRtmp2ServerBin::request-reconnect:
   * @self: the bin
   * @url: (nullable): where the publishers should connect to
   *
   * Asks all publishers to connect again, as #GstRtmp2ServerSrc::request-reconnect does with one.
   *
   * Returns: whether there was a publisher.
   *
   * Since: 0.9
   */
  g_signal_new_class_handler("request-reconnect", G_OBJECT_CLASS_TYPE(object_class),
                             static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
                             G_CALLBACK(gst_rtmp2_server_bin_request_reconnect), nullptr, nullptr, nullptr,
                             G_TYPE_BOOLEAN, 1, G_TYPE_STRING);

  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = gst_rtmp2_server_bin_change_state;
  element_class->send_event = gst_rtmp2_server_bin_send_event;
  gst_element_class_add_static_pad_template(element_class, &video_template);
  gst_element_class_add_static_pad_template(element_class, &audio_template);
  gst_element_class_set_static_metadata(
      element_class, "RTMP server bin", "Source/Network",
      "Listens for RTMP publishers and receives the streams of their tracks", PLUGIN_AUTHOR);
  GST_BIN_CLASS(klass)->handle_message = gst_rtmp2_server_bin_handle_message;
}

static void gst_rtmp2_server_bin_init(GstRtmp2ServerBin* self) {
  self->settings = new rtmp::Settings;
  new (&self->bin_settings) rtmp::BinSettings;
  self->branches = new rtmp::Branches(GST_BIN(self));
  // It is a source, whether it has a child or not.
  gst_bin_set_suppressed_flags(GST_BIN(self),
                               static_cast<GstElementFlags>(GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
}
