// SPDX-License-Identifier: LGPL-2.1-or-later
// What a challenge is bound to, how long it is good, and how it is written.
#include "authenticator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "login_attempts.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

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
