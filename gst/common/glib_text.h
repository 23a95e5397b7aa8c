// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <memory>
#include <string>

#include "rtmp/publish.h"

namespace rtmp {

struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};
using GText = std::unique_ptr<gchar, GFree>;

/// Returns text from the wire in the form that GLib and its bindings need: UTF-8, with U+FFFD for bytes that
/// are not.
inline GText to_utf8(const std::string& text) {
  return GText(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
}

/// Returns a new address, which the caller owns. Null for a peer that has no address any more.
inline GSocketAddress* to_socket_address(const Peer& peer) {
  return g_inet_socket_address_new_from_string(peer.host.c_str(), peer.port);
}

}  // namespace rtmp
