// SPDX-License-Identifier: LGPL-2.1-or-later
#include "structure_fields.h"

#include "glib_text.h"

namespace rtmp {

void set_string(GstStructure* structure, const char* name, const std::string& text) {
  gst_structure_set(structure, name, G_TYPE_STRING, to_utf8(text).get(), nullptr);
}

void set_boolean(GstStructure* structure, const char* name, bool flag) {
  gst_structure_set(structure, name, G_TYPE_BOOLEAN, static_cast<gboolean>(flag), nullptr);
}

void set_uint(GstStructure* structure, const char* name, std::uint64_t number) {
  gst_structure_set(structure, name, G_TYPE_UINT, static_cast<guint>(number), nullptr);
}

void set_uint64(GstStructure* structure, const char* name, std::uint64_t number) {
  gst_structure_set(structure, name, G_TYPE_UINT64, static_cast<guint64>(number), nullptr);
}

void set_int64(GstStructure* structure, const char* name, std::int64_t number) {
  gst_structure_set(structure, name, G_TYPE_INT64, static_cast<gint64>(number), nullptr);
}

void set_double(GstStructure* structure, const char* name, double number) {
  gst_structure_set(structure, name, G_TYPE_DOUBLE, number, nullptr);
}

void set_peer(GstStructure* structure, const Peer& peer) {
  GSocketAddress* address = to_socket_address(peer);
  gst_structure_set(structure, "address", G_TYPE_SOCKET_ADDRESS, address, "port", G_TYPE_INT,
                    static_cast<gint>(peer.port), nullptr);
  g_clear_object(&address);
  set_string(structure, "host", peer.host);
}

}  // namespace rtmp
