// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace rtmp {

/// The values of an exchange of Adobe's authentication ("authmod=adobe"). It is in no specification: Flash
/// Media Server asked for it, and encoders have supported it since.
struct AdobeExchange {
  std::string_view user;
  std::string_view salt;
  std::string_view from_server;  // the opaque; if there was none, the challenge of the server
  std::string_view from_client;  // the client's own challenge
};

/// Returns the answer of a client that knows the password: the base64 of an MD5.
std::string adobe_response(const AdobeExchange& exchange, std::string_view password);

/// The values of an exchange of Limelight's authentication ("authmod=llnw"). That is HTTP's digest (RFC 2617)
/// with a fixed realm, and with "publish" as the method.
struct LimelightExchange {
  std::string_view user;
  std::string_view application;  // as the client sent it, without its query
  std::string_view nonce;
  std::string_view count;  // the nonce count, "nc"
  std::string_view client_nonce;
};

/// Returns the answer of a client that knows the password: an MD5 in lower-case hexadecimal digits.
std::string limelight_response(const LimelightExchange& exchange, std::string_view password);

}  // namespace rtmp
