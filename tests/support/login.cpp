// SPDX-License-Identifier: LGPL-2.1-or-later
#include "login.h"

#include "auth_response.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kClientsOwn = "2bc179bd";  // a challenge, or a nonce
constexpr const char* kFailed = "failed: ";

/// What a client that connects so is rejected with.
std::string rejection(std::uint16_t port, const std::string& app) {
  TcpPublisher client(port);
  const std::string code = client.connect({app});
  return code == "NetConnection.Connect.Rejected" ? client.description() : kFailed + code;
}

/// "S" of "...?reason=needauth&user=U&salt=S&...".
std::string field(const std::string& description, const std::string& key) {
  const std::size_t at = description.find("&" + key + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + key.size() + 2;
  return description.substr(begin, description.find('&', begin) - begin);
}

}  // namespace

std::string log_in_adobe(std::uint16_t port, const std::string& app, const Credentials& as) {
  const std::string told = rejection(port, app);
  if (told.find("code=403 need auth; authmod=adobe") == std::string::npos) return kFailed + told;
  const std::string user = app + "?authmod=adobe&user=" + as.username;
  const std::string challenge = rejection(port, user);
  if (challenge.find("reason=needauth") == std::string::npos) return kFailed + challenge;
  const std::string opaque = field(challenge, "opaque");
  const std::string response = adobe_response({.user = as.username,
                                               .salt = field(challenge, "salt"),
                                               .from_server = opaque,
                                               .from_client = kClientsOwn},
                                              as.password);
  return user + "&challenge=" + kClientsOwn + "&response=" + response + "&opaque=" + opaque;
}

std::string log_in_limelight(std::uint16_t port, const std::string& app, const Credentials& as) {
  const std::string user = app + "?authmod=llnw&user=" + as.username;
  const std::string challenge = rejection(port, user);
  if (challenge.find("reason=needauth") == std::string::npos) return kFailed + challenge;
  const std::string nonce = field(challenge, "nonce");
  const std::string count = "00000001";
  const std::string response = limelight_response(
      {.user = as.username, .application = app, .nonce = nonce, .count = count, .client_nonce = kClientsOwn},
      as.password);
  return user + "&nonce=" + nonce + "&cnonce=" + kClientsOwn + "&nc=" + count + "&response=" + response;
}

}  // namespace rtmp::test
