// SPDX-License-Identifier: LGPL-2.1-or-later
#include "auth_response.h"

#include <glib.h>

#include <array>
#include <cstdint>
#include <initializer_list>

namespace rtmp {
namespace {

/// The MD5 of all parts, one after the other.
class Md5 {
 public:
  Md5(std::initializer_list<std::string_view> parts) : checksum_(g_checksum_new(G_CHECKSUM_MD5)) {
    for (const std::string_view part : parts) {
      // A part may have no memory, which g_checksum_update() takes for an error of the program.
      if (part.empty()) continue;
      g_checksum_update(checksum_, reinterpret_cast<const guchar*>(part.data()),
                        static_cast<gssize>(part.size()));
    }
  }
  ~Md5() { g_checksum_free(checksum_); }
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  [[nodiscard]] std::string base64() const {
    std::array<std::uint8_t, 16> digest;
    gsize size = digest.size();
    g_checksum_get_digest(checksum_, digest.data(), &size);
    gchar* encoded = g_base64_encode(digest.data(), size);
    std::string text = encoded;
    g_free(encoded);
    return text;
  }
  [[nodiscard]] std::string hex() const { return g_checksum_get_string(checksum_); }

 private:
  GChecksum* checksum_;
};

}  // namespace

std::string adobe_response(const AdobeExchange& exchange, std::string_view password) {
  const std::string secret = Md5{exchange.user, exchange.salt, password}.base64();
  return Md5{secret, exchange.from_server, exchange.from_client}.base64();
}

std::string limelight_response(const LimelightExchange& exchange, std::string_view password) {
  // An application that names no instance means the default one.
  const bool names_instance = exchange.application.find('/') != std::string_view::npos;
  const std::string_view instance = names_instance ? "" : "/_definst_";
  const std::string secret = Md5{exchange.user, ":live:", password}.hex();
  const std::string resource = Md5{"publish:/", exchange.application, instance}.hex();
  return Md5{secret, ":", exchange.nonce, ":", exchange.count, ":", exchange.client_nonce, ":auth:", resource}
      .hex();
}

}  // namespace rtmp
