// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "byte_stream.h"
#include "rtmp/peer.h"

namespace rtmp {

/// Reads the header of the PROXY protocol, version 1 or 2, with which a balancer begins each connection that
/// it passes on. Reads no byte behind the header. Returns the address of the balancer's client; its `secure`
/// is false. Returns nothing if the header says that the connection is the balancer's own (LOCAL), or names
/// no TCP address (UNKNOWN): then the connection's own address counts. What version 2 adds in fields of its
/// own (TLVs) is passed over. An IPv4 address that is written as IPv6 is returned as IPv4.
///
/// Returns kBadHandshake if this is no such header, as soon as that can be seen, kLimitExceeded if it is
/// longer than limits::kMaxProxyHeader, and the errors of the stream.
Result<std::optional<Peer>> read_proxy_header(ByteStream& stream);

}  // namespace rtmp
