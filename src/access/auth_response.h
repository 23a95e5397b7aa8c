// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace rtmp {

/// What went to and fro in Adobe's authentication ("authmod=adobe"). Not in any specification: it is what
/// Flash Media Server asked for, and what encoders have done since.
struct AdobeExchange {
  std::string_view user;
  std::string_view salt;
  std::string_view from_server;  // opaque; where there is none, the server's challenge
  std::string_view from_client;  // the client's own challenge
};

/// The answer of a client that knows the password: base64 of an MD5.
std::string adobe_response(const AdobeExchange& exchange, std::string_view password);

/// The same for Limelight's ("authmod=llnw"), which is HTTP's digest (RFC 2617) with a fixed realm, and
/// "publish" for a method.
struct LimelightExchange {
  std::string_view user;
  std::string_view application;  // as the client sent it, without its query
  std::string_view nonce;
  std::string_view count;  // nc
  std::string_view client_nonce;
};

/// The answer of a client that knows the password: an MD5 in lower-case hexadecimal digits.
std::string limelight_response(const LimelightExchange& exchange, std::string_view password);

}  // namespace rtmp
