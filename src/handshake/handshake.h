// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "byte_stream.h"
#include "read_buffer.h"

namespace rtmp {

/// Does the server's side of the handshake (RTMP 1.0, section 5.2). It reads C0, C1 and C2 from `in`, and
/// writes S0, S1 and S2 to `out` in one piece. It blocks until that is done, and leaves what follows C2 in
/// `in`.
///
/// If C1 has a valid digest in either layout, the answer has digests in the same layout. Otherwise it has the
/// simple form, in which S2 repeats C1. C2 is read and not verified, because many clients send something
/// else.
///
/// Returns kBadHandshake or kHttp, with a sentence for the log, if the first byte is not version 3. The
/// sentence names RTMPE (6, 8, 9), a TLS ClientHello and HTTP. Other errors are those of `in` and `out`.
Result<void> accept_handshake(ReadBuffer& in, ByteStream& out);

/// Names the protocol that begins with these bytes and is not RTMP. At least one byte is needed, and four if
/// the first is a 'P'. Returns kHttp for an HTTP request, else kBadHandshake, each with a sentence for the
/// log.
Error not_rtmp(std::span<const std::uint8_t> start);

}  // namespace rtmp
