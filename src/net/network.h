// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "rtmp/peer.h"

namespace rtmp {

/// Returns a key for the network of an address: the IPv4 address itself, or the first 64 bits of an IPv6
/// address, because a host has all addresses that begin with them. The key is for comparisons, and is not
/// text.
std::string network_of(const std::string& host);

/// Returns the key by which the connections of a peer are counted together: that of its network, or one of
/// its own if it is trusted, since many clients share its address.
std::string network_of(const Peer& peer, bool trusted);

}  // namespace rtmp
