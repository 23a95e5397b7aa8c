// SPDX-License-Identifier: LGPL-2.1-or-later
#include "announcements.h"

#include <atomic>

#include "enums.h"
#include "text.h"

namespace rtmp {
namespace {

enum Signal { kClientConnecting, kClientAdded, kClientRemoved, kClientRejected, kSignals };
guint signal_ids[kSignals];

// For what the application does, once the element stops: a stop takes less than a second.
constexpr std::chrono::milliseconds kPatience{250};

// The first handler that says no decides.
gboolean all_say_yes(GSignalInvocationHint*, GValue* result, const GValue* answer, gpointer) {
  const gboolean yes = g_value_get_boolean(answer);
  g_value_set_boolean(result, yes);
  return yes;
}

gboolean allow_client(GstElement*, GSocketAddress*, const gchar*, const gchar*, const gchar*, const gchar*,
                      const gchar*, gboolean) {
  return TRUE;
}

/// What most signals begin with.
struct Arguments {
  explicit Arguments(const PublishRequest& request)
      : address(to_socket_address(request.peer)),
        application(to_utf8(request.application)),
        stream_key(to_utf8(request.stream_key)) {}
  ~Arguments() { g_clear_object(&address); }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  GSocketAddress* address;
  GText application;
  GText stream_key;
};

// GStreamer writes messages to its log, fields and all. A key that publishers must give is a secret there;
// the application, which has set it, does not need it.
constexpr const char* kHidden = "***";

bool hides_key(GstElement* element) {
  gchar* key = nullptr;
  g_object_get(element, "stream-key", &key, nullptr);
  return GText(key) != nullptr;
}

GstStructure* new_message(GstElement* element, const char* name, const PublishRequest& request) {
  const Arguments with(request);
  return gst_structure_new(name, "address", G_TYPE_SOCKET_ADDRESS, with.address, "application", G_TYPE_STRING,
                           with.application.get(), "stream-key", G_TYPE_STRING,
                           hides_key(element) ? kHidden : with.stream_key.get(), "encoder", G_TYPE_STRING,
                           to_utf8(request.flash_version).get(), nullptr);
}

void post(GstElement* element, GstStructure* structure) {
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), structure));
}

GVariant* to_variant(const MetadataField& field) {
  if (const auto* number = std::get_if<double>(&field.value)) return g_variant_new_double(*number);
  if (const auto* flag = std::get_if<bool>(&field.value)) return g_variant_new_boolean(*flag);
  return g_variant_new_take_string(to_utf8(std::get<std::string>(field.value)).release());
}

// No GstStructure: it would keep every name that a publisher makes up for as long as the process lives.
GVariant* to_variant(const Metadata& metadata) {
  GVariantBuilder fields;
  g_variant_builder_init(&fields, G_VARIANT_TYPE_VARDICT);
  for (const MetadataField& field : metadata)
    g_variant_builder_add(&fields, "{sv}", to_utf8(field.name).get(), to_variant(field));
  return g_variant_builder_end(&fields);
}

}  // namespace

void Announcements::install(GObjectClass* object_class) {
  const GType type = G_OBJECT_CLASS_TYPE(object_class);
  /**
   * GstRtmp2ServerSrc::client-connecting:
   * @self: the element
   * @address: (type Gio.SocketAddress): the client's address
   * @application: the application that it names
   * @stream_key: the stream key that it names
   * @query: what stands behind the stream key's question mark, or ""
   * @application_query: what stands behind the application's question mark, or ""
   * @tc_url: the URL that it says it connects to
   * @secure: whether the connection is encrypted
   *
   * A client wants to publish what the element takes; it has not been told anything yet. Emitted from a
   * thread of its own: a handler may take its time, and be called for several clients at once. When the
   * element stops, it waits a quarter of a second for handlers, and the client is turned away. A handler may
   * start another element for that stream key on the same port, which the client then goes to; it is asked
   * again for each client that comes to that one.
   *
   * Returns: whether it may. Of several handlers the first that returns %FALSE decides; without any, it may.
   */
  signal_ids[kClientConnecting] = g_signal_new_class_handler(
      "client-connecting", type, G_SIGNAL_RUN_LAST, G_CALLBACK(allow_client), all_say_yes, nullptr, nullptr,
      G_TYPE_BOOLEAN, 7, G_TYPE_SOCKET_ADDRESS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
      G_TYPE_STRING, G_TYPE_BOOLEAN);
  /**
   * GstRtmp2ServerSrc::client-added:
   * @self: the element
   * @address: (type Gio.SocketAddress): the client's address
   * @application: its application
   * @stream_key: its stream key
   *
   * A client publishes. Emitted before anything of it is pushed.
   */
  signal_ids[kClientAdded] =
      g_signal_new("client-added", type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE, 3,
                   G_TYPE_SOCKET_ADDRESS, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * GstRtmp2ServerSrc::client-removed:
   * @self: the element
   * @address: (type Gio.SocketAddress): the client's address
   * @application: its application
   * @stream_key: its stream key
   * @reason: (type GstRtmp2ServerSrcEndReason): why its stream has ended
   *
   * A client that was added publishes no more. What it sent may still be queued.
   */
  signal_ids[kClientRemoved] =
      g_signal_new("client-removed", type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE, 4,
                   G_TYPE_SOCKET_ADDRESS, G_TYPE_STRING, G_TYPE_STRING, end_reason_type());
  /**
   * GstRtmp2ServerSrc::client-rejected:
   * @self: the element
   * @address: (type Gio.SocketAddress): the client's address
   * @application: the application that it named
   * @stream_key: the stream key that it named; "" if it did not come to that
   * @reason: (type GstRtmp2ServerSrcRejection): why it was turned away
   *
   * A client was turned away; if no element takes what it named, all that share the port are told.
   */
  signal_ids[kClientRejected] =
      g_signal_new("client-rejected", type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE, 4,
                   G_TYPE_SOCKET_ADDRESS, G_TYPE_STRING, G_TYPE_STRING, rejection_type());
}

// The element is there for as long as the call, which may be left behind.
void Announcements::run(Handlers::Lane& lane, Handlers::Call call) {
  const std::shared_ptr<GstElement> element(static_cast<GstElement*>(gst_object_ref(element_)),
                                            gst_object_unref);
  handlers_.run(lane, [element, call = std::move(call)] { call(); });
}

bool Announcements::has_handler(guint signal) const {
  return g_signal_has_handler_pending(element_, signal, 0, FALSE) != FALSE;
}

bool Announcements::allows(const PublishRequest& request) {
  if (!has_handler(signal_ids[kClientConnecting])) return true;
  const auto answer = std::make_shared<std::atomic<bool>>(false);
  Handlers::Lane lane;
  run(lane, [this, request, answer] {
    const Arguments with(request);
    gboolean allowed = TRUE;
    g_signal_emit(element_, signal_ids[kClientConnecting], 0, with.address, with.application.get(),
                  with.stream_key.get(), to_utf8(request.query).get(),
                  to_utf8(request.application_query).get(), to_utf8(request.tc_url).get(),
                  static_cast<gboolean>(request.peer.secure), &allowed);
    *answer = allowed != FALSE;
  });
  return *answer;
}

void Announcements::rejected(const PublishRequest& request, Rejection why) {
  if (!has_handler(signal_ids[kClientRejected])) return;
  Handlers::Lane lane;
  run(lane, [this, request, why] {
    const Arguments with(request);
    g_signal_emit(element_, signal_ids[kClientRejected], 0, with.address, with.application.get(),
                  with.stream_key.get(), static_cast<gint>(why));
  });
}

void Announcements::added(const PublishRequest& request) {
  run(publisher_, [this, request] {
    const Arguments with(request);
    g_signal_emit(element_, signal_ids[kClientAdded], 0, with.address, with.application.get(),
                  with.stream_key.get());
    post(element_, new_message(element_, "rtmp2-publish-started", request));
  });
}

bool Announcements::described(const PublishRequest& request, const Metadata& metadata) {
  if (*unread_ >= kMostUnread) return false;
  GVariant* fields = g_variant_ref_sink(to_variant(metadata));
  (void)g_variant_get_data(fields);  // from here on it is one piece of memory, not three for each field
  GstStructure* structure = new_message(element_, "rtmp2-metadata", request);
  gst_structure_set(structure, "metadata", G_TYPE_VARIANT, fields, nullptr);
  g_variant_unref(fields);
  GstMessage* message = gst_message_new_element(GST_OBJECT(element_), structure);
  ++*unread_;
  const auto freed = [](gpointer unread, GstMiniObject*) {
    const std::unique_ptr<std::shared_ptr<std::atomic<unsigned>>> owned(
        static_cast<std::shared_ptr<std::atomic<unsigned>>*>(unread));
    --**owned;
  };
  gst_mini_object_weak_ref(GST_MINI_OBJECT(message), freed, new std::shared_ptr(unread_));
  run(publisher_, [this, message] { gst_element_post_message(element_, message); });
  return true;
}

void Announcements::removed(const PublishRequest& request, EndReason reason) {
  run(publisher_, [this, request, reason] {
    const Arguments with(request);
    g_signal_emit(element_, signal_ids[kClientRemoved], 0, with.address, with.application.get(),
                  with.stream_key.get(), static_cast<gint>(reason));
    GstStructure* message = new_message(element_, "rtmp2-publish-ended", request);
    GstStructure* statistics = statistics_.to_structure();
    if (hides_key(element_)) gst_structure_set(statistics, "stream-key", G_TYPE_STRING, kHidden, nullptr);
    gst_structure_set(message, "reason", end_reason_type(), static_cast<gint>(reason), "stats",
                      GST_TYPE_STRUCTURE, statistics, nullptr);
    gst_structure_free(statistics);
    post(element_, message);
  });
}

void Announcements::starting() {
  publisher_ = Handlers::Lane();
  handlers_.start();
}

void Announcements::stopping() { handlers_.stop(kPatience); }

}  // namespace rtmp
