// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "byte_stream.h"
#include "read_buffer.h"

namespace rtmp {

/// The server's side of the handshake (RTMP 1.0, section 5.2). Reads C0, C1 and C2 from `in`, writes S0+S1+S2
/// to `out` in one piece, blocks until it is done, and leaves what follows C2 in `in`.
///
/// A C1 that carries a valid digest, in either layout, is answered with digests in the same layout; any
/// other is answered in the simple form: S2 echoes C1. C2 is read and not verified, since many clients send
/// something else there.
///
/// kBadHandshake, with a sentence for the log, when the first byte is not version 3: RTMPE (6, 8, 9), a TLS
/// ClientHello and HTTP are named. Otherwise what `in` or `out` failed with.
Result<void> accept_handshake(ReadBuffer& in, ByteStream& out);

/// What speaks where no RTMP does, by its first bytes: at least one, and four where that is a 'P'. kHttp for
/// a request of HTTP, else kBadHandshake, each with a sentence for the log.
Error not_rtmp(std::span<const std::uint8_t> start);

}  // namespace rtmp
