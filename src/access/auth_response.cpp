// SPDX-License-Identifier: LGPL-2.1-or-later
#include "auth_response.h"

#include <glib.h>

#include <array>
#include <cstdint>
#include <initializer_list>

namespace rtmp {
namespace {

using Md5 = std::array<std::uint8_t, 16>;

/// Of all parts, one behind the other.
Md5 md5(std::initializer_list<std::string_view> parts) {
  Md5 digest;
  gsize size = digest.size();
  GChecksum* checksum = g_checksum_new(G_CHECKSUM_MD5);
  for (const std::string_view part : parts) {
    // A part may be without memory, which g_checksum_update() takes for a fault of the program.
    if (part.empty()) continue;
    g_checksum_update(checksum, reinterpret_cast<const guchar*>(part.data()),
                      static_cast<gssize>(part.size()));
  }
  g_checksum_get_digest(checksum, digest.data(), &size);
  g_checksum_free(checksum);
  return digest;
}

std::string base64(const Md5& digest) {
  gchar* encoded = g_base64_encode(digest.data(), digest.size());
  std::string text = encoded;
  g_free(encoded);
  return text;
}

std::string hex(const Md5& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string adobe_response(const AdobeExchange& exchange, std::string_view password) {
  const std::string secret = base64(md5({exchange.user, exchange.salt, password}));
  return base64(md5({secret, exchange.from_server, exchange.from_client}));
}

std::string limelight_response(const LimelightExchange& exchange, std::string_view password) {
  // An application that names no instance means the default one.
  const bool names_instance = exchange.application.find('/') != std::string_view::npos;
  const std::string_view instance = names_instance ? "" : "/_definst_";
  const std::string secret = hex(md5({exchange.user, ":live:", password}));
  const std::string resource = hex(md5({"publish:/", exchange.application, instance}));
  return hex(md5(
      {secret, ":", exchange.nonce, ":", exchange.count, ":", exchange.client_nonce, ":auth:", resource}));
}

}  // namespace rtmp
