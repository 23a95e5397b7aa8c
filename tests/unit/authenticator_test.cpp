// SPDX-License-Identifier: LGPL-2.1-or-later
// Which answers to a challenge are accepted.
#include "authenticator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "login_attempts.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

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

}  // namespace
}  // namespace rtmp::test
