// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "auth_response.h"
#include "authenticator.h"

namespace rtmp::test {

using namespace std::chrono_literals;
using Verdict = Authenticator::Verdict;

inline const std::string kStart = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
inline const std::string kAdobeFailed = "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed";
inline const std::string kLimelightFailed =
    "[ AccessManager.Reject ] : [ authmod=llnw ] : ?reason=authfailed";

/// "salt" of "...?reason=needauth&user=U&salt=S&...".
inline std::string field(const std::string& description, const std::string& key) {
  const std::size_t at = description.find("&" + key + "=");
  if (at == std::string::npos) return "(no " + key + ")";
  const std::size_t begin = at + key.size() + 2;
  return description.substr(begin, description.find('&', begin) - begin);
}

class AuthTest : public testing::Test {
 protected:
  Authenticator::Answer check(const std::string& query) {
    return authenticator_.check(application_, query, known_, network_, now_);
  }

  /// The description with a new challenge.
  std::string challenge(const std::string& mode, const std::string& user) {
    const auto answer = check("authmod=" + mode + "&user=" + user);
    EXPECT_EQ(answer.verdict, Verdict::kChallenge) << mode << " for '" << user << "'";
    return answer.description;
  }

  /// What FFmpeg, rtmp2sink and librtmp answer to it.
  static std::string adobe_answer(const std::string& description, const std::string& password) {
    const std::string response = adobe_response({.user = field(description, "user"),
                                                 .salt = field(description, "salt"),
                                                 .from_server = field(description, "opaque"),
                                                 .from_client = "2bc179bd"},
                                                password);
    return "authmod=adobe&user=" + field(description, "user") + "&challenge=2bc179bd&response=" + response +
           "&opaque=" + field(description, "opaque");
  }

  std::string limelight_answer(const std::string& description, const std::string& password) const {
    const std::string response = limelight_response({.user = field(description, "user"),
                                                     .application = application_,
                                                     .nonce = field(description, "nonce"),
                                                     .count = "00000001",
                                                     .client_nonce = "b1cce869"},
                                                    password);
    return "authmod=llnw&user=" + field(description, "user") + "&nonce=" + field(description, "nonce") +
           "&cnonce=b1cce869&nc=00000001&response=" + response;
  }

  void expect_accepted(const std::string& query, const Credentials& who) {
    const auto answer = check(query);
    EXPECT_EQ(answer.verdict, Verdict::kAccepted) << query;
    EXPECT_EQ(answer.description, "");
    EXPECT_EQ(answer.who, who);
  }

  void expect_refused(const std::string& query, const std::string& description = kAdobeFailed) {
    const auto answer = check(query);
    EXPECT_EQ(answer.verdict, Verdict::kRefused) << query;
    EXPECT_EQ(answer.description, description);
    EXPECT_EQ(answer.who, std::nullopt);
  }

  Authenticator authenticator_;
  std::string application_ = "live";
  std::string network_ = "192.0.2.1";
  std::vector<Credentials> known_{{"anna", "secret"}, {"ben", "other"}, {"us@er+1", "p+/=w@"}};
  Authenticator::Clock::time_point now_{1h};
};

}  // namespace rtmp::test
