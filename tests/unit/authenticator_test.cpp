// SPDX-License-Identifier: LGPL-2.1-or-later
#include "authenticator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "auth_response.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using Verdict = Authenticator::Verdict;

const std::string kStart = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
const std::string kAdobeFailed = "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed";
const std::string kLimelightFailed = "[ AccessManager.Reject ] : [ authmod=llnw ] : ?reason=authfailed";

/// "salt" of "...?reason=needauth&user=U&salt=S&...".
std::string field(const std::string& description, const std::string& key) {
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

TEST_F(AuthTest, BeginsWithTheModeThatEveryClientHas) {
  for (const auto& query : {"", "x=1", "user=anna", "authmod", "authmod=", "authmod=basic", "authmodadobe",
                            "AUTHMOD=adobe", "response=x&opaque=y", "&&?=&"}) {
    const auto answer = check(query);
    EXPECT_EQ(answer.verdict, Verdict::kChallenge) << query;
    EXPECT_EQ(answer.description, kStart) << query;
  }
}

TEST_F(AuthTest, ChallengesInAFormThatRtmp2sinkUnderstands) {
  const std::string adobe = challenge("adobe", "anna");
  EXPECT_EQ(adobe, "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=anna&salt=" +
                       field(adobe, "salt") + "&challenge=" + field(adobe, "challenge") +
                       "&opaque=" + field(adobe, "opaque"));
  const std::string limelight = challenge("llnw", "anna");
  EXPECT_EQ(limelight, "[ AccessManager.Reject ] : [ authmod=llnw ] : ?reason=needauth&user=anna&nonce=" +
                           field(limelight, "nonce"));
}

TEST_F(AuthTest, AcceptsAdobesAnswer) {
  expect_accepted(adobe_answer(challenge("adobe", "anna"), "secret"), known_[0]);
}

TEST_F(AuthTest, AcceptsLimelightsAnswer) {
  for (const auto& application : {"live", "live/two", "live/_definst_", ""}) {
    application_ = application;
    expect_accepted(limelight_answer(challenge("llnw", "ben"), "other"), known_[1]);
  }
}

TEST_F(AuthTest, RefusesLimelightsAnswerForAnotherApplication) {
  const std::string answer = limelight_answer(challenge("llnw", "ben"), "other");
  application_ = "live2";
  expect_refused(answer, kLimelightFailed);
}

TEST_F(AuthTest, TakesValuesAsTheyAreSent) {
  // FFmpeg and rtmp2sink quote nothing:
  // "live?authmod=adobe&user=us@er&challenge=8c0c436c&response=KeyAD70XeRS+ ilAWeQnacw==&opaque=...". A
  // quoted name is another one.
  expect_accepted(adobe_answer(challenge("adobe", "us@er+1"), "p+/=w@"), known_[2]);
  expect_refused(adobe_answer(challenge("adobe", "us%40er%2B1"), "p+/=w@"));
  expect_refused(adobe_answer(challenge("adobe", "us@er 1"), "p+/=w@"));
}

TEST_F(AuthTest, AcceptsChallengesWithAnEqualsSign) {
  const std::string description = challenge("adobe", "anna");
  const std::string response = adobe_response(
      {"anna", field(description, "salt"), field(description, "opaque"), "rOH4Qw=="}, "secret");
  expect_accepted("authmod=adobe&user=anna&challenge=rOH4Qw==&response=" + response +
                      "&opaque=" + field(description, "opaque"),
                  known_[0]);
}

TEST_F(AuthTest, PassesOverWhatLibrtmpSendsBehindItsBase64) {
  const std::string description = challenge("adobe", "anna");
  const std::string response = adobe_response(
      {"anna", field(description, "salt"), field(description, "opaque"), "rOH4Qw=="}, "secret");
  const std::string end = response + "\xC1\x13\xBB";
  const std::string stack =
      "\xAC\xBF"
      "CR\x07\xB2^B\x1FoJ3\xB8\x12[.m\xD7\x03\\\x11\x8D\xA4"
      "f4\x8E\xC2V-o\x91\x13\x8D\xD3"
      "5\x04\xEF\xC0\"\x08";
  expect_accepted("authmod=adobe&user=anna&challenge=rOH4Qw==" + stack + end + "&response=" + end +
                      "&opaque=" + field(description, "opaque"),
                  known_[0]);
}

TEST_F(AuthTest, AcceptsTheChallengeInPlaceOfTheOpaque) {
  std::string clients = "c";  // another one each time, as of real ones
  for (const auto& opaque : {"", "&opaque=", "&opaque"}) {
    clients += '2';
    const std::string description = challenge("adobe", "anna");
    const std::string response = adobe_response(
        {"anna", field(description, "salt"), field(description, "challenge"), clients}, "secret");
    const std::string query = "authmod=adobe&user=anna&challenge=" + clients + "&response=";
    const std::string answer = query + response + opaque;
    expect_refused(query + "wrong" + opaque);  // which spoils nothing
    expect_accepted(answer, known_[0]);
    expect_refused(answer);
  }
}

TEST_F(AuthTest, ReadsQueriesInAnyOrderAndLastValuesFirst) {
  const std::string d = challenge("adobe", "anna");
  const std::string r = adobe_response({"anna", field(d, "salt"), field(d, "opaque"), ""}, "secret");
  expect_accepted("x=1?opaque=" + field(d, "opaque") + "&user=ben&&=&y&response=" + r +
                      "&user=anna&challenge=&unknown==&authmod=adobe&",
                  known_[0]);
}

TEST_F(AuthTest, AcceptsAnAnswerOnce) {
  const std::string adobe = adobe_answer(challenge("adobe", "anna"), "secret");
  expect_accepted(adobe, known_[0]);
  expect_refused(adobe);
  const std::string limelight = limelight_answer(challenge("llnw", "anna"), "secret");
  expect_accepted(limelight, known_[0]);
  expect_refused(limelight, kLimelightFailed);
}

TEST_F(AuthTest, LetsNoWrongAnswerSpoilAChallenge) {
  const std::string adobe = challenge("adobe", "anna");
  expect_refused(adobe_answer(adobe, "wrong"));
  expect_accepted(adobe_answer(adobe, "secret"), known_[0]);
  const std::string limelight = challenge("llnw", "anna");
  expect_refused(limelight_answer(limelight, "wrong"), kLimelightFailed);
  expect_accepted(limelight_answer(limelight, "secret"), known_[0]);
}

TEST_F(AuthTest, AcceptsUntilAMinuteHasPassed) {
  const std::string first = adobe_answer(challenge("adobe", "anna"), "secret");
  const std::string second = limelight_answer(challenge("llnw", "anna"), "secret");
  const std::string third = adobe_answer(challenge("adobe", "anna"), "secret");
  now_ += Authenticator::kLifetime - 1ms;
  expect_accepted(first, known_[0]);
  now_ += 1ms;
  expect_refused(second, kLimelightFailed);
  expect_refused(third);
}

TEST_F(AuthTest, TellsNobodyWhetherAUserExists) {
  const std::string known = challenge("adobe", "anna");
  const std::string unknown = challenge("adobe", "nina");
  EXPECT_EQ(known.size(), unknown.size());
  expect_refused(adobe_answer(known, "wrong"));
  expect_refused(adobe_answer(unknown, "wrong"));
  expect_refused(adobe_answer(challenge("adobe", "nina"), "secret"));
  expect_refused(adobe_answer(challenge("adobe", "ann"), "secret"));
  expect_refused(limelight_answer(challenge("llnw", "nina"), "secret"), kLimelightFailed);
}

TEST_F(AuthTest, TakesNobodysPasswordForAnother) {
  expect_refused(adobe_answer(challenge("adobe", "anna"), "other"));
  expect_refused(limelight_answer(challenge("llnw", "ben"), "secret"), kLimelightFailed);
}

TEST_F(AuthTest, BindsAChallengeToItsUser) {
  const std::string description = challenge("adobe", "anna");
  const std::string opaque = field(description, "opaque");
  const std::string response = adobe_response({"ben", field(description, "salt"), opaque, "c2"}, "other");
  expect_refused("authmod=adobe&user=ben&challenge=c2&response=" + response + "&opaque=" + opaque);
  expect_refused(adobe_answer(challenge("adobe", "anna"), "secret") + "&user=ben");
}

TEST_F(AuthTest, BindsAChallengeToItsMode) {
  const std::string nonce = field(challenge("adobe", "anna"), "opaque");
  const std::string response = limelight_response({"anna", application_, nonce, "1", "c"}, "secret");
  expect_refused("authmod=llnw&user=anna&nonce=" + nonce + "&cnonce=c&nc=1&response=" + response,
                 kLimelightFailed);
  const std::string adobe = challenge("adobe", "anna");
  expect_refused(adobe_answer(adobe, "secret") + "&authmod=llnw&nonce=" + field(adobe, "opaque"),
                 kLimelightFailed);
  const std::string limelight = challenge("llnw", "anna");
  expect_refused(limelight_answer(limelight, "secret") +
                 "&authmod=adobe&opaque=" + field(limelight, "nonce"));
}

TEST_F(AuthTest, LetsSeveralUsersLogInAtATime) {
  known_.push_back({"anna", "second"});
  const std::string anna = challenge("adobe", "anna");
  const std::string ben = challenge("llnw", "ben");
  const std::string again = challenge("adobe", "anna");
  expect_accepted(limelight_answer(ben, "other"), known_[1]);
  expect_accepted(adobe_answer(anna, "secret"), known_[0]);
  expect_accepted(adobe_answer(again, "second"), known_[3]);
}

TEST_F(AuthTest, LetsNobodyInWhereNobodyIsKnown) {
  known_.clear();
  expect_refused(adobe_answer(challenge("adobe", "anna"), "secret"));
  expect_refused(adobe_answer(challenge("adobe", "anna"), ""));
}

TEST_F(AuthTest, BindsAChallengeToItsNetwork) {
  const std::string adobe = adobe_answer(challenge("adobe", "anna"), "secret");
  const std::string limelight = limelight_answer(challenge("llnw", "anna"), "secret");
  network_ = "192.0.2.2";
  expect_refused(adobe);
  expect_refused(limelight, kLimelightFailed);
  network_ = "192.0.2.1";
  expect_accepted(adobe, known_[0]);
  expect_accepted(limelight, known_[0]);
}

TEST_F(AuthTest, BindsAChallengeToItsServer) {
  const std::string answer = adobe_answer(challenge("adobe", "anna"), "secret");
  Authenticator other;
  EXPECT_EQ(other.check(application_, answer, known_, network_, now_).verdict, Verdict::kRefused);
}

TEST_F(AuthTest, TakesNoChallengeThatWasMadeUp) {
  const std::string description = challenge("adobe", "anna");
  const std::string opaque = field(description, "opaque");
  for (std::size_t i = 0; i < opaque.size(); ++i) {
    std::string changed = description;
    char& digit = changed[changed.size() - opaque.size() + i];
    digit = digit == '0' ? '1' : '0';
    expect_refused(adobe_answer(changed, "secret"));
  }
  expect_accepted(adobe_answer(description, "secret"), known_[0]);
}

TEST_F(AuthTest, NobodyCrowdsOutAChallenge) {
  const std::string adobe = challenge("adobe", "anna");
  const std::string limelight = challenge("llnw", "anna");
  const std::string without_opaque = adobe.substr(0, adobe.find("&opaque="));
  for (int i = 0; i < 20'000; ++i) {
    network_ = "192.0.2." + std::to_string(i % 250);
    challenge("adobe", i % 2 == 0 ? "anna" : "nina");
  }
  network_ = "192.0.2.1";
  expect_accepted(adobe_answer(adobe, "secret"), known_[0]);
  expect_accepted(limelight_answer(limelight, "secret"), known_[0]);
  const std::string response = adobe_response(
      {"anna", field(without_opaque, "salt"), field(without_opaque, "challenge"), "c2"}, "secret");
  expect_accepted("authmod=adobe&user=anna&challenge=c2&response=" + response, known_[0]);
}

TEST_F(AuthTest, AcceptsAChallengeWithoutItsOpaqueForAMinuteAtLeast) {
  now_ += 59s;  // of a minute of the clock: the next begins at once
  const std::string description = challenge("adobe", "anna");
  const auto answer = [&](const std::string& clients) {
    return "authmod=adobe&user=anna&challenge=" + clients + "&response=" +
           adobe_response({"anna", field(description, "salt"), field(description, "challenge"), clients},
                          "secret");
  };
  now_ += Authenticator::kLifetime;
  expect_accepted(answer("c2"), known_[0]);
  expect_refused(answer("c2"));
  now_ += Authenticator::kLifetime;
  expect_refused(answer("c3"));
}

TEST_F(AuthTest, ForgetsUsedAnswersOnlyWhenTheirChallengeHasExpired) {
  const std::string first = adobe_answer(challenge("adobe", "anna"), "secret");
  expect_accepted(first, known_[0]);
  now_ += Authenticator::kLifetime - 1ms;
  expect_accepted(adobe_answer(challenge("adobe", "anna"), "secret"), known_[0]);
  expect_refused(first);
}

TEST_F(AuthTest, ChallengesAreAllDifferentAndNeedNoQuotes) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(field(challenge("adobe", "anna"), "opaque"));
    seen.insert(field(challenge("llnw", "anna"), "nonce"));
  }
  EXPECT_EQ(seen.size(), 200U);
  const std::string description = challenge("adobe", "anna");
  for (const auto& key : {"salt", "challenge"}) seen.insert(field(description, key));
  EXPECT_EQ(seen.size(), 202U);
  for (const std::string& text : seen) {
    EXPECT_GE(text.size(), 24U) << text;
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), text.npos) << text;
  }
}

TEST_F(AuthTest, DescriptionsFitIntoTheSmallestBuffer) {
  const std::string longest(kMaxUsername, 'u');
  known_ = {{longest, "secret"}, {longest + "u", "secret"}};
  EXPECT_LE(challenge("adobe", longest).size(), Authenticator::kMaxDescription);
  EXPECT_LE(challenge("llnw", longest).size(), Authenticator::kMaxDescription);
  expect_accepted(adobe_answer(challenge("adobe", longest), "secret"), known_[0]);
  expect_refused("authmod=adobe&user=" + longest + "u");
  expect_refused("authmod=llnw&user=" + std::string(1 << 20, 'u'), kLimelightFailed);
}

TEST_F(AuthTest, RefusesNamesThatWouldBreakADescription) {
  // FFmpeg would come back for ever where it was told to start anew, as by the last but one.
  for (const auto& user : {""s, "a#b"s, "a\nb"s, "a\0b"s, "\x7F"s, "\xFF"s, "caf\xE9"s, "code=403 need auth"s,
                           "authmod=adobe"s}) {
    expect_refused("authmod=adobe&user=" + user);
    expect_refused("authmod=llnw&user=" + user, kLimelightFailed);
  }
  expect_refused("authmod=adobe");
  expect_refused("authmod=adobe&user");
  for (const auto& user : {"a b", "a]b", "a%b", "a;b", "a:b", "a/b", "jos\xC3\xA9"}) {
    EXPECT_EQ(field(challenge("adobe", user), "user"), user);
  }
}

TEST_F(AuthTest, TakesACutAnswerForNoneOrAWrongOne) {
  const std::string whole = adobe_answer(challenge("adobe", "anna"), "secret");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(check(whole.substr(0, size)).verdict, Verdict::kAccepted) << whole.substr(0, size);
  }
  expect_accepted(whole, known_[0]);
}

TEST_F(AuthTest, AcceptsNoGarbage) {
  const std::string valid = "authmod=adobe&user=anna&challenge=x&response=y&opaque=z";
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (const char c : {'\0', '&', '=', '?', '\xFF'}) {
      std::string query = valid;
      query[i] = c;
      EXPECT_NE(check(query).verdict, Verdict::kAccepted) << query;
    }
  }
  expect_refused("authmod=adobe&user=anna&response=");
  expect_refused("authmod=adobe&user=anna&response=" + std::string(1 << 20, '='));
  expect_refused("authmod=llnw&user=anna&response", kLimelightFailed);
}

TEST_F(AuthTest, IsThreadSafe) {
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        const auto answer = authenticator_.check("live", "authmod=adobe&user=anna", known_, network_);
        const std::string response = adobe_answer(answer.description, "secret");
        if (authenticator_.check("live", response, known_, network_).verdict == Verdict::kAccepted)
          ++accepted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 4000);
}

}  // namespace
}  // namespace rtmp::test
