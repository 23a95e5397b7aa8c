// SPDX-License-Identifier: LGPL-2.1-or-later
#include "server_uri.h"

#include <algorithm>
#include <optional>

#include "glib_text.h"
#include "settings.h"

namespace rtmp {
namespace {

constexpr const char* kPlain = "rtmpserver";
constexpr const char* kSecure = "rtmpsserver";

struct UriUnref {
  void operator()(GUri* uri) const { g_uri_unref(uri); }
};
using UriPtr = std::unique_ptr<GUri, UriUnref>;
struct HashTableUnref {
  void operator()(GHashTable* table) const { g_hash_table_unref(table); }
};
using HashTablePtr = std::unique_ptr<GHashTable, HashTableUnref>;

// Sets an error with GLib's text and GStreamer's domain.
bool fail(GError** error, GError* bad) {
  g_set_error_literal(error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, bad->message);
  g_error_free(bad);
  return false;
}

std::string trimmed(std::string path) {
  path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
  path.erase(path.find_last_not_of('/') + 1);
  return path;
}

// In "live/room/cam1", the last segment is the key, and what precedes it is the application.
void set_path(GstElement* element, const gchar* text) {
  const std::string path = trimmed(text);
  const std::size_t slash = path.rfind('/');
  const std::string application = trimmed(path.substr(0, slash));
  const bool has_key = slash != std::string::npos;
  g_object_set(element, "application", application.empty() ? nullptr : application.c_str(), "stream-key",
               has_key ? path.c_str() + slash + 1 : nullptr, nullptr);
}

// Returns whether a segment means a place in a path, so that it is lost when the path is read.
bool has_dot_segment(const std::string& path) {
  const std::string within = "/" + path + "/";
  return within.find("/./") != std::string::npos || within.find("/../") != std::string::npos;
}

// Returns whether set_path() reads back the same application and key from a path.
bool fit_path(const std::optional<std::string>& application, const std::optional<std::string>& key) {
  if (!application) return !key;
  if (application->empty() || *application != trimmed(*application) || has_dot_segment(*application))
    return false;
  if (!key) return application->find('/') == std::string::npos;
  return !key->empty() && key->find('/') == std::string::npos && !has_dot_segment(*key);
}

// Appends "name=text" to the query, if there is a text.
void add_item(std::string& query, const char* name, const std::optional<std::string>& text) {
  if (!text) return;
  const GText escaped(g_uri_escape_string(text->c_str(), nullptr, TRUE));
  query += (query.empty() ? "" : "&") + std::string(name) + "=" + escaped.get();
}

// Strings are set as they are. GStreamer's own reader would take quotes off, and would read NULL as no
// string.
bool read_value(GValue* value, const gchar* text, GParamSpec* spec) {
  if (!G_VALUE_HOLDS_STRING(value)) return gst_value_deserialize_with_pspec(value, text, spec);
  if (!g_utf8_validate(text, -1, nullptr)) return false;
  g_value_set_string(value, text);
  return true;
}

bool set_properties(GstElement* element, GHashTable* query, GError** error) {
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
                      read_value(&value, static_cast<const gchar*>(text), spec) &&
                      !g_param_value_validate(spec, &value);  // returns true if it had to change the value
    if (good) g_object_set_property(G_OBJECT(element), property, &value);
    if (G_IS_VALUE(&value)) g_value_unset(&value);
    if (!good) {
      g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_REFERENCE, "no property or no value: '%s'",
                  property);
      return false;
    }
  }
  return true;
}

}  // namespace

const gchar* const kUriProtocols[] = {kPlain, kSecure, nullptr};

bool set_uri(GstElement* element, const gchar* text, bool* secure, GError** error) {
  // GLib's parser is used and not GstUri, because GstUri does not know port 0, takes a colon in the user's
  // name for its end, and ignores a login that it cannot decode.
  GError* bad = nullptr;
  const auto flags = static_cast<GUriFlags>(G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_QUERY);
  const UriPtr uri(g_uri_parse(text, flags, &bad));
  if (!uri) return fail(error, bad);
  const gchar* scheme = g_uri_get_scheme(uri.get());
  *secure = g_str_equal(scheme, kSecure);
  if (!*secure && !g_str_equal(scheme, kPlain)) {
    g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL, "'%s' is not for a server", scheme);
    return false;
  }
  const gint port = g_uri_get_port(uri.get());
  g_object_set(element, "host", g_uri_get_host(uri.get()), "port",
               port < 0 ? Settings().port : static_cast<guint>(port), "username", g_uri_get_user(uri.get()),
               "password", g_uri_get_password(uri.get()), nullptr);
  set_path(element, g_uri_get_path(uri.get()));
  const gchar* query = g_uri_get_query(uri.get());
  if (!query) return true;
  const HashTablePtr items(g_uri_parse_params(query, -1, "&", G_URI_PARAMS_NONE, &bad));
  if (!items) return fail(error, bad);
  return set_properties(element, items.get(), error);
}

std::string uri_of(const Settings& settings) {
  const bool secure = settings.secure || settings.certificate || !settings.certificate_file.empty();
  const auto& application = settings.mount.application;
  const auto& key = settings.mount.stream_key;
  std::string path;
  std::string query;
  if (fit_path(application, key)) {
    if (application) path += "/" + *application;
    if (key) path += "/" + *key;
  } else {
    add_item(query, "application", application);
    add_item(query, "stream-key", key);
  }
  // The query is escaped already. A '/' in front separates the path from it.
  const GText uri(g_uri_join_with_user(G_URI_FLAGS_ENCODED_QUERY, secure ? kSecure : kPlain,
                                       settings.username ? settings.username->c_str() : nullptr, nullptr,
                                       nullptr, settings.host.c_str(), static_cast<gint>(settings.port),
                                       path.empty() && !query.empty() ? "/" : path.c_str(),
                                       query.empty() ? nullptr : query.c_str(), nullptr));
  return uri.get();
}

}  // namespace rtmp
