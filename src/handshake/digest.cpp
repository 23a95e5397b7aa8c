// SPDX-License-Identifier: LGPL-2.1-or-later
#include "digest.h"

#include <glib.h>

#include <algorithm>
#include <string_view>

namespace rtmp {
namespace {

using namespace std::string_view_literals;
using Bytes = std::span<const std::uint8_t>;

// These texts are the same in every implementation. Both keys continue with one tail of 32 bytes. Only the
// text of the client's key is needed, because its tail only signs C2, which nobody verifies.
constexpr auto kClientKeyText = "Genuine Adobe Flash Player 001"sv;
constexpr auto kServerKey =
    "Genuine Adobe Flash Media Server 001"
    "\xF0\xEE\xC2\x4A\x80\x68\xBE\xE8\x2E\x00\xD0\xD1\x02\x9E\x7E\x57"
    "\x6E\xEC\x5D\x2D\x29\x80\x6F\xAB\x93\xB8\xE6\x36\xCF\xEB\x31\xAE"sv;
constexpr auto kServerKeyText = kServerKey.substr(0, 36);
static_assert(kClientKeyText.size() == 30 && kServerKey.size() == 68);

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The HMAC of `head` and `tail`, one after the other.
Digest hmac_sha256(Bytes key, Bytes head, Bytes tail = {}) {
  Digest digest;
  gsize size = digest.size();
  GHmac* hmac = g_hmac_new(G_CHECKSUM_SHA256, key.data(), key.size());
  g_hmac_update(hmac, head.data(), static_cast<gssize>(head.size()));
  g_hmac_update(hmac, tail.data(), static_cast<gssize>(tail.size()));
  g_hmac_get_digest(hmac, digest.data(), &size);
  g_hmac_unref(hmac);
  return digest;
}

std::size_t digest_position(ConstHandshakePacket packet, DigestLayout layout) {
  const std::size_t field = layout == DigestLayout::kDigestFirst ? 8 : 772;
  const unsigned sum = packet[field] + packet[field + 1] + packet[field + 2] + packet[field + 3];
  return field + 4 + sum % 728;
}

/// Computes the digest that belongs at `position`, from all bytes around it.
Digest digest_around(ConstHandshakePacket packet, std::size_t position, std::string_view key) {
  return hmac_sha256(bytes_of(key), packet.first(position), packet.subspan(position + kDigestSize));
}

}  // namespace

std::optional<FoundDigest> find_client_digest(ConstHandshakePacket c1) {
  for (const auto layout : {DigestLayout::kDigestFirst, DigestLayout::kKeyFirst}) {
    const std::size_t position = digest_position(c1, layout);
    const Digest digest = digest_around(c1, position, kClientKeyText);
    if (std::equal(digest.begin(), digest.end(), c1.begin() + position)) return FoundDigest{layout, digest};
  }
  return std::nullopt;
}

void sign_s1(HandshakePacket s1, DigestLayout layout) {
  const std::size_t position = digest_position(s1, layout);
  std::ranges::copy(digest_around(s1, position, kServerKeyText), s1.begin() + position);
}

void sign_s2(HandshakePacket s2, const Digest& client_digest) {
  const auto signature = s2.last<kDigestSize>();
  const Digest key = hmac_sha256(bytes_of(kServerKey), client_digest);
  std::ranges::copy(hmac_sha256(key, s2.first(s2.size() - kDigestSize)), signature.begin());
}

}  // namespace rtmp
