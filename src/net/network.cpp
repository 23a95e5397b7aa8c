// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network.h"

#include <gio/gio.h>

#include "glib_ptr.h"

namespace rtmp {

std::string network_of(const std::string& host) {
  constexpr std::size_t kNetworkBytes = 8;
  const GObjectPtr<GInetAddress> address(g_inet_address_new_from_string(host.c_str()));
  if (!address || g_inet_address_get_family(address.get()) != G_SOCKET_FAMILY_IPV6) return host;
  const guint8* bytes = g_inet_address_to_bytes(address.get());
  return std::string(bytes, bytes + kNetworkBytes);
}

std::string network_of(const Peer& peer, bool trusted) {
  return trusted ? peer.text() : network_of(peer.host);
}

}  // namespace rtmp
