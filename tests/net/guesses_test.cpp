// SPDX-License-Identifier: LGPL-2.1-or-later
// What guesses cost, by a clock of the test's own.
#include "guesses.h"

#include <gtest/gtest.h>

#include <vector>

#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = limits::kGuessInterval;

class GuessesTest : public testing::Test {
 protected:
  Guesses::Ticket wrong(const std::string& secret, const std::string& place = "here") {
    return guesses_.ask(place, {.text = secret, .right = false}, now_);
  }
  Guesses::Ticket right(const std::string& secret, const std::string& place = "here") {
    return guesses_.ask(place, {.text = secret, .right = true}, now_);
  }
  std::string another() { return "guess " + std::to_string(count_++); }
  /// All guesses that there are at once.
  void use_up(const std::string& place = "here") {
    for (int i = 0; i < limits::kGuessesAtOnce; ++i) expect_told_in(0s, wrong(another(), place));
  }
  void expect_told_in(Guesses::Clock::duration wait, const Guesses::Ticket& ticket, bool paid = true) {
    EXPECT_TRUE(ticket.judged);
    EXPECT_EQ(ticket.when - now_, wait);
    EXPECT_EQ(ticket.paid, paid);
  }

  Guesses guesses_;
  Guesses::Clock::time_point now_{1h};
  int count_ = 0;
};

TEST_F(GuessesTest, AreTenAtOnceThenOneEachFiveSecondsOfWhichTwoWait) {
  use_up();
  expect_told_in(kInterval, wrong(another()));
  expect_told_in(2 * kInterval, wrong(another()));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(wrong(another()).judged);
  now_ += kInterval;
  expect_told_in(2 * kInterval, wrong(another()));
  EXPECT_FALSE(wrong(another()).judged);
  now_ += limits::kGuessesAtOnce * kInterval + 2 * kInterval;
  use_up();
}

TEST_F(GuessesTest, AreNotMoreInAnHourThanThat) {
  int judged = 0;
  for (const auto end = now_ + 1h; now_ < end; now_ += 250ms) judged += wrong(another()).judged;
  EXPECT_LE(judged, 720 + limits::kGuessesAtOnce + 2);
  EXPECT_GE(judged, 720);
}

TEST_F(GuessesTest, AreCountedForEachPlace) {
  use_up("here");
  use_up("there");
}

TEST_F(GuessesTest, OfTheSameWrongSecretAreOne) {
  expect_told_in(0s, wrong("old key"));
  for (int i = 0; i < 1000; ++i, now_ += 1s) expect_told_in(0s, wrong("old key"), false);
  use_up();
  expect_told_in(0s, wrong("old key"), false);
}

TEST_F(GuessesTest, OfTheSameSecretAtOnceAreToldAtTheSameTime) {
  use_up();
  for (const bool is_right : {false, true}) {
    const std::string secret = another();
    const auto first = is_right ? right(secret) : wrong(secret);
    const auto second = is_right ? right(secret) : wrong(secret);
    EXPECT_TRUE(first.paid);
    EXPECT_FALSE(second.paid);
    EXPECT_EQ(first.when, second.when);
    EXPECT_GT(first.when, now_);
  }
}

TEST_F(GuessesTest, ThatWereRightHereBeforeNeverWait) {
  expect_told_in(0s, right("key"));
  guesses_.pay_back("here");
  use_up();
  while (wrong(another()).judged) {
  }
  expect_told_in(0s, right("key"), false);
  EXPECT_FALSE(right("key of somebody else").judged);  // nor does the answer tell that it is one
}

TEST_F(GuessesTest, ThatAreRightElsewhereWaitInLine) {
  expect_told_in(0s, right("key", "there"));
  use_up("here");
  expect_told_in(kInterval, right("key", "here"));
}

TEST_F(GuessesTest, ThatAreRightCostNothing) {
  for (int i = 0; i < 100; ++i) {
    expect_told_in(0s, right(another()));
    guesses_.pay_back("here");
  }
  use_up();
}

TEST_F(GuessesTest, ThatWereWrongAndAreRightNowArePaidFor) {
  expect_told_in(0s, wrong("key of an element that has yet to start"));
  expect_told_in(0s, right("key of an element that has yet to start"));
}

TEST_F(GuessesTest, ThatAreNeverTheSameAreEachPaidFor) {
  for (int i = 0; i < limits::kGuessesAtOnce; ++i)
    EXPECT_TRUE(guesses_.ask("here", {.text = "anna", .right = false, .repeats = false}, now_).paid);
  expect_told_in(kInterval, guesses_.ask("here", {.text = "anna", .right = false, .repeats = false}, now_));
}

TEST_F(GuessesTest, OfManyKeysPushNoRightOneOutOfMemory) {
  expect_told_in(0s, right("key"));
  for (std::size_t i = 0; i < 2 * limits::kMaxWrongSecrets; ++i, now_ += kInterval) (void)wrong(another());
  expect_told_in(0s, right("key"), false);
}

TEST_F(GuessesTest, AreRememberedInBoundedMemory) {
  expect_told_in(0s, wrong("old key"));
  for (std::size_t i = 0; i < limits::kMaxWrongSecrets; ++i, now_ += kInterval) (void)wrong(another());
  expect_told_in(0s, wrong("old key"));  // once more
}

TEST_F(GuessesTest, OfManyPlacesMakeNoneForgetWhatItOwes) {
  use_up("the worst");
  for (std::size_t i = 0; i < 2 * limits::kMaxGuessingPlaces; ++i)
    expect_told_in(0s, wrong(another(), std::to_string(i)));
  expect_told_in(kInterval, wrong(another(), "the worst"));
}

TEST_F(GuessesTest, OfManyPlacesMakeThoseForgottenThatOweNothing) {
  expect_told_in(0s, right("key", "good"));
  guesses_.pay_back("good");
  expect_told_in(0s, wrong("old key", "owes"));
  for (std::size_t i = 0; i + 1 < limits::kMaxGuessingPlaces; ++i) (void)wrong(another(), std::to_string(i));
  expect_told_in(0s, wrong("old key", "owes"), false);
  expect_told_in(0s, right("key", "good"));  // new there, but not in debt
}

}  // namespace
}  // namespace rtmp::test
