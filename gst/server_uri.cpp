// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server_uri.h"

#include "settings.h"
#include "text.h"

namespace rtmp {
namespace {

constexpr const char* kPlain = "rtmpserver";
constexpr const char* kSecure = "rtmpsserver";

struct UriUnref {
  void operator()(GstUri* uri) const { gst_uri_unref(uri); }
};
using UriPtr = std::unique_ptr<GstUri, UriUnref>;

bool fail(GError** error, GstURIError code, const char* format, const char* what) {
  g_set_error(error, GST_URI_ERROR, code, format, what);
  return false;
}

// "live/room/cam1": the last segment is the key, what is in front of it the application.
void set_path(GstElement* element, GstUri* uri) {
  GList* segments = gst_uri_get_path_segments(uri);
  std::string path;
  for (GList* item = segments; item; item = item->next) {
    const auto* segment = static_cast<const gchar*>(item->data);
    if (!segment || !*segment) continue;
    if (!path.empty()) path += '/';
    path += segment;
  }
  g_list_free_full(segments, g_free);
  const std::size_t slash = path.rfind('/');
  const std::string application = path.substr(0, slash);
  const bool has_key = slash != std::string::npos;
  g_object_set(element, "application", application.empty() ? nullptr : application.c_str(), "stream-key",
               has_key ? path.c_str() + slash + 1 : nullptr, nullptr);
}

bool set_login(GstElement* element, const gchar* userinfo, GError** error) {
  if (!userinfo) {
    g_object_set(element, "username", nullptr, "password", nullptr, nullptr);
    return true;
  }
  const std::string login = userinfo;
  const std::size_t colon = login.find(':');
  const GText username(g_uri_unescape_string(login.substr(0, colon).c_str(), nullptr));
  const GText password(
      g_uri_unescape_string(colon == std::string::npos ? "" : login.c_str() + colon + 1, nullptr));
  if (!username || !password)
    return fail(error, GST_URI_ERROR_BAD_URI, "%s", "bad escape in user or password");
  g_object_set(element, "username", username.get(), "password", password.get(), nullptr);
  return true;
}

bool set_properties(GstElement* element, GHashTable* query, GError** error) {
  if (!query) return true;
  GHashTableIter items;
  gpointer name = nullptr;
  gpointer text = nullptr;
  g_hash_table_iter_init(&items, query);
  while (g_hash_table_iter_next(&items, &name, &text)) {
    const auto* property = static_cast<const gchar*>(name);
    GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
    GValue value = G_VALUE_INIT;
    if (spec && (spec->flags & G_PARAM_WRITABLE) != 0) g_value_init(&value, spec->value_type);
    const bool good = G_IS_VALUE(&value) && text &&
                      gst_value_deserialize_with_pspec(&value, static_cast<const gchar*>(text), spec);
    if (good) g_object_set_property(G_OBJECT(element), property, &value);
    if (G_IS_VALUE(&value)) g_value_unset(&value);
    if (!good) return fail(error, GST_URI_ERROR_BAD_REFERENCE, "no property or no value: '%s'", property);
  }
  return true;
}

}  // namespace

const gchar* const kUriProtocols[] = {kPlain, kSecure, nullptr};

bool set_uri(GstElement* element, const gchar* text, bool* secure, GError** error) {
  const UriPtr uri(gst_uri_from_string(text));
  if (!uri) return fail(error, GST_URI_ERROR_BAD_URI, "'%s' is no URI", text);
  const gchar* scheme = gst_uri_get_scheme(uri.get());
  *secure = g_strcmp0(scheme, kSecure) == 0;
  if (!*secure && g_strcmp0(scheme, kPlain) != 0)
    return fail(error, GST_URI_ERROR_UNSUPPORTED_PROTOCOL, "'%s' is not for a server", text);
  const guint port = gst_uri_get_port(uri.get());
  if (port != GST_URI_NO_PORT && port > G_MAXUINT16)
    return fail(error, GST_URI_ERROR_BAD_URI, "no such port in '%s'", text);
  const gchar* host = gst_uri_get_host(uri.get());
  g_object_set(element, "host", host && *host ? host : nullptr, "port",
               port == GST_URI_NO_PORT ? Settings().port : port, nullptr);
  set_path(element, uri.get());
  if (!set_login(element, gst_uri_get_userinfo(uri.get()), error)) return false;
  GHashTable* query = gst_uri_get_query_table(uri.get());
  const bool set = set_properties(element, query, error);
  if (query) g_hash_table_unref(query);
  return set;
}

std::string uri_of(const Settings& settings) {
  const bool secure = settings.secure || settings.certificate || !settings.certificate_file.empty();
  const UriPtr uri(gst_uri_new(
      secure ? kSecure : kPlain, settings.username ? settings.username->c_str() : nullptr,
      settings.host.empty() ? "0.0.0.0" : settings.host.c_str(), settings.port, nullptr, nullptr, nullptr));
  std::string path;
  if (settings.mount.application) path += "/" + *settings.mount.application;
  if (settings.mount.stream_key) path += "/" + *settings.mount.stream_key;
  gst_uri_set_path(uri.get(), path.c_str());
  return GText(gst_uri_to_string(uri.get())).get();
}

}  // namespace rtmp
