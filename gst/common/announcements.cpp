// SPDX-License-Identifier: LGPL-2.1-or-later
#include "announcements.h"

#include <atomic>

#include "enums.h"
#include "glib_text.h"
#include "metadata_fields.h"
#include "structure_fields.h"

namespace rtmp {
namespace {

constexpr const char* kClientConnecting = "client-connecting";
constexpr const char* kClientAdded = "client-added";
constexpr const char* kClientRemoved = "client-removed";
constexpr const char* kClientRejected = "client-rejected";

// How long a stop waits for what the application does in a handler. A stop takes less than a second.
constexpr std::chrono::milliseconds kPatience{250};

// The first handler that returns FALSE decides.
gboolean all_say_yes(GSignalInvocationHint*, GValue* result, const GValue* answer, gpointer) {
  const gboolean yes = g_value_get_boolean(answer);
  g_value_set_boolean(result, yes);
  return yes;
}

gboolean allow_client(GstElement*, const GstStructure*) { return TRUE; }

bool hides_key(GstElement* element) {
  gchar* key = nullptr;
  g_object_get(element, "stream-key", &key, nullptr);
  return GText(key) != nullptr;
}

/// Returns a new structure with the fields of messages.
GstStructure* new_structure(const char* name, const PublishRequest& request) {
  GstStructure* structure = gst_structure_new_empty(name);
  set_peer(structure, request.peer);
  set_string(structure, "application", request.application);
  set_string(structure, "stream-key", request.stream_key);
  set_string(structure, "encoder", request.flash_version);
  return structure;
}

void install_client_signal(const char* name, GType type) {
  g_signal_new(name, type, G_SIGNAL_RUN_LAST, 0, nullptr, nullptr, nullptr, G_TYPE_NONE, 1,
               GST_TYPE_STRUCTURE);
}

void set_reason(GstStructure* structure, GType type, int reason) {
  gst_structure_set(structure, "reason", type, reason, nullptr);
}

}  // namespace

GstStructure* Announcements::new_client(const PublishRequest& request) {
  GstStructure* client = new_structure("rtmp2-client", request);
  set_string(client, "query", request.query);
  set_string(client, "application-query", request.application_query);
  set_string(client, "tc-url", request.tc_url);
  set_boolean(client, "secure", request.peer.secure);
  set_string(client, "certificate-subject", request.peer.subject);
  return client;
}

GstStructure* Announcements::new_message(const char* name, const PublishRequest& request) const {
  GstStructure* message = new_structure(name, request);
  if (hides_key(element_)) set_string(message, "stream-key", kHiddenKey);
  if (number_) set_uint(message, "number", *number_);
  return message;
}

void Announcements::tell_as(const Announcements& other, guint number) {
  element_ = other.element_;
  unread_metadata_ = other.unread_metadata_;
  unread_ = other.unread_;
  number_ = number;
}

guint Announcements::id_of(const char* signal) const {
  return g_signal_lookup(signal, G_OBJECT_TYPE(element_));
}

/// Emits a signal that returns nothing. Takes the ownership of `client`.
void Announcements::emit(const char* signal, GstStructure* client) const {
  if (number_) set_uint(client, "number", *number_);
  g_signal_emit(element_, id_of(signal), 0, client);
  gst_structure_free(client);
}

void Announcements::install(GObjectClass* object_class) {
  const GType type = G_OBJECT_CLASS_TYPE(object_class);
  // Fields of the structures have these: GStreamer's tools find them with the class.
  end_reason_type();
  rejection_type();
  /**
   * GstRtmp2ServerSrc::client-connecting:
   * @self: the element
   * @client: the client, a structure with the fields below
   *
   * A client asks to publish to this element, and has not been told anything yet. The handler decides whether
   * it may. @client has these fields:
   *
   * * `application`, `stream-key` (strings): the application and the stream key that the client names
   * * `query`, `application-query` (strings): what follows the question mark of the stream key and of the
   *   application, or ""
   * * `tc-url` (string): the URL that the client says it connects to
   * * `address` (#GSocketAddress, may be %NULL), `host` (string), `port` (int): the client's address
   * * `secure` (boolean): whether the connection is encrypted
   * * `certificate-subject` (string): the subject of the client's certificate, or ""
   * * `encoder` (string): the client's name for itself, or ""
   *
   * The signal is emitted from a thread of its own, for several clients at once if need be: a handler may
   * take its time. When the element stops, it waits a quarter of a second for handlers; a client without an
   * answer is turned away then. A handler may start another element that takes this stream key on the same
   * port. The client then goes to that element, and the handler is asked again for each client that comes to
   * it.
   *
   * Returns: whether the client may publish. The first handler that returns %FALSE decides. Without any
   *   handler, every client may publish.
   *
   * Since: 0.9
   */
  g_signal_new_class_handler(kClientConnecting, type, G_SIGNAL_RUN_LAST, G_CALLBACK(allow_client),
                             all_say_yes, nullptr, nullptr, G_TYPE_BOOLEAN, 1, GST_TYPE_STRUCTURE);
  /**
   * GstRtmp2ServerSrc::client-added:
   * @self: the element
   * @client: the client, a structure with the fields of #GstRtmp2ServerSrc::client-connecting
   *
   * A client has begun to publish. The signal is emitted before any of its data is pushed.
   *
   * Since: 0.9
   */
  install_client_signal(kClientAdded, type);
  /**
   * GstRtmp2ServerSrc::client-removed:
   * @self: the element
   * @client: the client, a structure with the fields of #GstRtmp2ServerSrc::client-connecting, and `reason`
   *
   * A client that was added has ended its stream. Data that it sent may still be queued. `reason` is a
   * #GstRtmp2ServerEndReason and says why the stream has ended.
   *
   * Since: 0.9
   */
  install_client_signal(kClientRemoved, type);
  /**
   * GstRtmp2ServerSrc::client-rejected:
   * @self: the element
   * @client: the client, a structure with the fields of #GstRtmp2ServerSrc::client-connecting, and `reason`
   *
   * A client was turned away. `reason` is a #GstRtmp2ServerRejection and says why. `stream-key` and `query`
   * are "" if the client had not named a stream key yet. If no element takes the application or the stream
   * key that the client named, all elements that share the port emit this signal.
   *
   * Since: 0.9
   */
  install_client_signal(kClientRejected, type);
}

// The call keeps the elements alive, because it may be left behind.
void Announcements::run(Handlers::Lane& lane, Handlers::Call call) {
  const auto kept = [](GstElement* element) {
    return std::shared_ptr<GstElement>(GST_ELEMENT(gst_object_ref(element)), gst_object_unref);
  };
  handlers_.run(lane, [owner = kept(owner_), element = kept(element_), call = std::move(call)] { call(); });
}

// Takes the ownership of the structure.
void Announcements::post(GstStructure* structure) {
  GstMessage* message = gst_message_new_element(GST_OBJECT(element_), structure);
  if (unread_.full()) {
    GST_WARNING_OBJECT(element_, "nobody reads the bus: a message %s is left out",
                       gst_structure_get_name(structure));
    gst_message_unref(message);
    return;
  }
  unread_.count(message);
  gst_element_post_message(element_, message);
}

bool Announcements::has_handler(const char* signal) const {
  return g_signal_has_handler_pending(element_, id_of(signal), 0, FALSE) != FALSE;
}

bool Announcements::allows(const PublishRequest& request) {
  if (!has_handler(kClientConnecting)) return true;
  const auto answer = std::make_shared<std::atomic<bool>>(false);
  Handlers::Lane lane;
  run(lane, [this, request, answer] {
    GstStructure* client = new_client(request);
    gboolean allowed = TRUE;
    g_signal_emit(element_, id_of(kClientConnecting), 0, client, &allowed);
    gst_structure_free(client);
    *answer = allowed != FALSE;
  });
  return *answer;
}

void Announcements::rejected(const PublishRequest& request, Rejection why) {
  if (!has_handler(kClientRejected)) return;
  Handlers::Lane lane;
  run(lane, [this, request, why] {
    GstStructure* client = new_client(request);
    set_reason(client, rejection_type(), static_cast<gint>(why));
    emit(kClientRejected, client);
  });
}

// In a thread of its own: a handler of the bus may take its time.
void Announcements::warned(const Error& what) {
  Handlers::Lane lane;
  run(lane, [this, text = what.detail] {
    GST_ELEMENT_WARNING(element_, RESOURCE, SETTINGS, ("%s", text.c_str()), (nullptr));
  });
}

void Announcements::publish_started(const PublishRequest& request) {
  run(publisher_, [this, request] {
    g_object_notify(G_OBJECT(element_), "publishing");
    emit(kClientAdded, new_client(request));
    post(new_message("rtmp2-publish-started", request));
  });
}

bool Announcements::described(const PublishRequest& request, const Metadata& metadata) {
  if (unread_metadata_.full()) return false;
  GstStructure* structure = new_message("rtmp2-metadata", request);
  set_metadata(structure, metadata);
  GstMessage* message = gst_message_new_element(GST_OBJECT(element_), structure);
  unread_metadata_.count(message);
  run(publisher_, [this, message] { gst_element_post_message(element_, message); });
  return true;
}

void Announcements::publish_ended(const PublishRequest& request, EndReason reason) {
  run(publisher_, [this, request, reason] {
    g_object_notify(G_OBJECT(element_), "publishing");
    GstStructure* client = new_client(request);
    set_reason(client, end_reason_type(), static_cast<gint>(reason));
    emit(kClientRemoved, client);
    GstStructure* message = new_message("rtmp2-publish-ended", request);
    GstStructure* statistics = statistics_.to_structure();
    if (hides_key(element_)) gst_structure_set(statistics, "stream-key", G_TYPE_STRING, kHiddenKey, nullptr);
    set_reason(message, end_reason_type(), static_cast<gint>(reason));
    gst_structure_set(message, "stats", GST_TYPE_STRUCTURE, statistics, nullptr);
    gst_structure_free(statistics);
    post(message);
  });
}

void Announcements::starting() {
  publisher_ = Handlers::Lane();
  handlers_.start();
}

void Announcements::stopping() { handlers_.stop(kPatience); }

}  // namespace rtmp
