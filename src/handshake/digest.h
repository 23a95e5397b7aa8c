// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace rtmp {

inline constexpr std::size_t kHandshakePacketSize = 1536;  // C1, S1, C2, S2
inline constexpr std::size_t kDigestSize = 32;             // HMAC-SHA256
using HandshakePacket = std::span<std::uint8_t, kHandshakePacketSize>;
using ConstHandshakePacket = std::span<const std::uint8_t, kHandshakePacketSize>;
using Digest = std::array<std::uint8_t, kDigestSize>;

/// Where a digest lies in C1 and S1. Adobe's specification does not have it; see docs/client-quirks.md.
enum class DigestLayout {
  kDigestFirst,  // offset field at 8..11, digest at sum mod 728 + 12
  kKeyFirst,     // offset field at 772..775, digest at sum mod 728 + 776
};

struct FoundDigest {
  DigestLayout layout;
  Digest digest;
};

/// Returns the client's digest, if C1 has one that is right in either layout.
std::optional<FoundDigest> find_client_digest(ConstHandshakePacket c1);

/// Puts the server's digest into S1, whose other bytes must be complete.
void sign_s1(HandshakePacket s1, DigestLayout layout);

/// Puts the answer to the client's digest into the last 32 bytes of S2, whose other bytes are random.
void sign_s2(HandshakePacket s2, const Digest& client_digest);

}  // namespace rtmp
