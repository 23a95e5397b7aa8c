// SPDX-License-Identifier: LGPL-2.1-or-later
// What wrong secrets cost.
#include <gtest/gtest.h>

#include <future>
#include <list>

#include "notes.h"
#include "penalties.h"
#include "rtmp/limits.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = Penalties::Clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";

const Clock::time_point kNow{1h};

std::string address(std::size_t i) {
  return "10." + std::to_string(i >> 16 & 255) + "." + std::to_string(i >> 8 & 255) + "." +
         std::to_string(i & 255);
}

TEST(Penalties, GrowTwofoldUpToACap) {
  Penalties penalties;
  auto expected = limits::kFirstRefusalDelay;
  for (std::size_t i = 0; i < 2 * limits::kMaxRefusals; ++i) {
    EXPECT_EQ(penalties.refused("10.0.0.1", kNow), expected) << i;
    expected = std::min(2 * expected, limits::kMaxRefusalDelay);
  }
  EXPECT_EQ(penalties.refused("10.0.0.2", kNow), limits::kFirstRefusalDelay);
}

TEST(Penalties, AreForgivenOneByOne) {
  Penalties penalties;
  for (int i = 0; i < 3; ++i) (void)penalties.refused("10.0.0.1", kNow);  // 250, 500, 1000
  EXPECT_EQ(penalties.refused("10.0.0.1", kNow + limits::kForgiveness - 1ms), 2000ms);
  EXPECT_EQ(penalties.refused("10.0.0.1", kNow + limits::kForgiveness), 2000ms);      // 3 left, and this
  EXPECT_EQ(penalties.refused("10.0.0.1", kNow + 3 * limits::kForgiveness), 1000ms);  // 2 left, and this
  EXPECT_EQ(penalties.refused("10.0.0.1", kNow + 100 * limits::kForgiveness), 250ms);
}

TEST(Penalties, BarAnAddressAtTheLimitUntilOneIsForgiven) {
  Penalties penalties;
  for (std::size_t i = 0; i < limits::kMaxRefusals; ++i) {
    EXPECT_FALSE(penalties.bars("10.0.0.1", kNow)) << i;
    (void)penalties.refused("10.0.0.1", kNow);
  }
  EXPECT_TRUE(penalties.bars("10.0.0.1", kNow));
  EXPECT_TRUE(penalties.bars("10.0.0.1", kNow + limits::kForgiveness - 1ms));
  EXPECT_FALSE(penalties.bars("10.0.0.1", kNow + limits::kForgiveness));
  EXPECT_FALSE(penalties.bars("10.0.0.2", kNow));
}

TEST(Penalties, NeverBarForLongerThanTheLimitIsWorth) {
  Penalties penalties;
  for (std::size_t i = 0; i < 10 * limits::kMaxRefusals; ++i) (void)penalties.refused("10.0.0.1", kNow);
  EXPECT_FALSE(penalties.bars("10.0.0.1", kNow + limits::kForgiveness));
}

TEST(Penalties, CountTheNetworkOfAnIPv6Address) {
  Penalties penalties;
  EXPECT_EQ(penalties.refused("2001:db8:1:2::1", kNow), 250ms);
  EXPECT_EQ(penalties.refused("2001:db8:1:2:ffff:ffff:ffff:ffff", kNow), 500ms);
  EXPECT_EQ(penalties.refused("2001:db8:1:3::1", kNow), 250ms);
  for (std::size_t i = 0; i < limits::kMaxRefusals; ++i) (void)penalties.refused("2001:db8:1:2::1", kNow);
  EXPECT_TRUE(penalties.bars("2001:db8:1:2::abcd", kNow));
  EXPECT_FALSE(penalties.bars("2001:db8:1:3::1", kNow));
}

TEST(Penalties, RememberTheWorstWhenThereAreTooMany) {
  Penalties penalties;
  for (std::size_t i = 0; i < limits::kMaxRefusals; ++i) (void)penalties.refused("192.0.2.1", kNow);
  for (std::size_t i = 0; i < limits::kMaxRefusedAddresses + 300; ++i)
    EXPECT_EQ(penalties.refused(address(i), kNow), limits::kFirstRefusalDelay);
  EXPECT_TRUE(penalties.bars("192.0.2.1", kNow));
}

TEST(Penalties, OfAKnownAddressGoOnWhenTheMemoryIsFull) {
  Penalties penalties;
  for (std::size_t i = 0; i < limits::kMaxRefusedAddresses; ++i) (void)penalties.refused(address(i), kNow);
  EXPECT_EQ(penalties.refused(address(0), kNow), 500ms);
  EXPECT_EQ(penalties.refused(address(1), kNow), 500ms);  // nor did it make anybody else forgotten
}

TEST(Penalties, ForgetWhoIsForgivenBeforeAnybodyElse) {
  Penalties penalties;
  for (int i = 0; i < 2; ++i) (void)penalties.refused("192.0.2.1", kNow);
  for (std::size_t i = 0; i < limits::kMaxRefusedAddresses - 1; ++i)
    (void)penalties.refused(address(i), kNow);
  const auto later = kNow + limits::kForgiveness;
  EXPECT_EQ(penalties.refused("192.0.2.2", later), 250ms);
  EXPECT_EQ(penalties.refused("192.0.2.1", later), 500ms);
}

class RefusalTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_->claim({.stream_key = "key"}, notes_));
    ASSERT_TRUE(server_->start());
  }

  /// Sends all up to a wrong key, and does not wait for the answer.
  bool send_wrong_key(TcpPublisher& publisher) {
    return publisher.connect({"live"}) == "NetConnection.Connect.Success" &&
           publisher.send_command("publish", 3,
                                  {AmfValue::null(), AmfValue::string("guess"), AmfValue::string("live")}, 1);
  }
  void send_wrong_keys(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_TRUE(send_wrong_key(guessers_.emplace_back(server_->port())));
    ASSERT_EQ(notes_.rejections(count), std::vector(count, Rejection::kStreamKey));
  }

  Notes notes_;
  LogLines log_;
  std::unique_ptr<Server> server_ =
      std::make_unique<Server>(ServerConfig{.host = "127.0.0.1", .port = 0}, log_);
  std::list<TcpPublisher> guessers_;
};

TEST_F(RefusalTest, EachAnswerToAWrongKeyComesLater) {
  for (const auto delay : {limits::kFirstRefusalDelay, 2 * limits::kFirstRefusalDelay}) {
    TcpPublisher guess(server_->port());
    ASSERT_EQ(guess.connect({"live"}), "NetConnection.Connect.Success");
    const auto asked = Clock::now();
    EXPECT_EQ(guess.publish_key("guess"), kDenied);
    EXPECT_GE(Clock::now() - asked, delay);
    EXPECT_EQ(guess.wait_for_end(), ErrorCode::kEndOfStream);
  }
  EXPECT_EQ(notes_.rejections(2), std::vector(2, Rejection::kStreamKey));
  EXPECT_EQ(notes_.rejected_requests()[1].stream_key, "guess");
}

TEST_F(RefusalTest, AnApplicationThatIsNotThereIsAWrongSecretToo) {
  server_->release(notes_);
  ASSERT_TRUE(server_->claim({.application = "live"}, notes_));
  TcpPublisher guess(server_->port());
  const auto asked = Clock::now();
  EXPECT_EQ(guess.connect({"guess"}), "NetConnection.Connect.InvalidApp");
  EXPECT_GE(Clock::now() - asked, limits::kFirstRefusalDelay);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kApplication});
}

TEST_F(RefusalTest, WhoHasTheKeyIsNotDelayedByWhoGuesses) {
  send_wrong_keys(limits::kMaxRefusals - 1);  // the last of them waits for 8 seconds
  const auto asked = Clock::now();
  TcpPublisher publisher(server_->port());
  EXPECT_EQ(publisher.publish("live", "key"), kStart);
  EXPECT_LT(Clock::now() - asked, limits::kMaxRefusalDelay / 2);
}

TEST_F(RefusalTest, TooManyWrongKeysCloseTheAddressAtOnceAndNoPublisherInPlace) {
  TcpPublisher publisher(server_->port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  send_wrong_keys(limits::kMaxRefusals);
  // The last of them is counted just after the mount is told of it.
  TcpPublisher::Connect live{"live"};
  std::string answer;
  do {
    answer = TcpPublisher(server_->port()).connect(live);
  } while (answer == "NetConnection.Connect.Success");
  EXPECT_EQ(answer, "");
  EXPECT_NE(TcpPublisher(server_->port()).wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_FALSE(log_.with("closed at once: too many wrong secrets from there", 1).empty());
  EXPECT_EQ(TcpPublisher(server_->port(), "127.0.0.1", "127.0.0.2").connect(live),
            "NetConnection.Connect.Success");

  const auto sent = made_up_stream(5);
  ASSERT_TRUE(send_all(publisher, sent));
  EXPECT_EQ(notes_.tags(sent.size()), tags_of(sent));
}

TEST_F(RefusalTest, WhoDoesNotWaitForTheAnswerIsGoneAtOnce) {
  send_wrong_keys(8);  // the last two wait for 8 seconds
  const auto left = Clock::now();
  for (TcpPublisher& guesser : guessers_) guesser.close();
  EXPECT_EQ(log_.with(" closed: ", guessers_.size()).size(), guessers_.size());
  EXPECT_LT(Clock::now() - left, limits::kMaxRefusalDelay / 2);
}

TEST_F(RefusalTest, StopDoesNotWaitForTheAnswers) {
  send_wrong_keys(8);
  const auto began = Clock::now();
  server_.reset();
  EXPECT_LT(Clock::now() - began, limits::kMaxRefusalDelay / 2);
  EXPECT_NE(guessers_.back().wait_for_end(), ErrorCode::kTimedOut);
}

TEST_F(RefusalTest, ANoOfTheDelegateIsAnsweredAsAWrongKey) {
  notes_.allow = [](const PublishRequest& request) { return request.query == "token=right"; };
  EXPECT_EQ(TcpPublisher(server_->port()).publish("live", "key?token=wrong"), kDenied);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kNotAllowed});
  EXPECT_EQ(TcpPublisher(server_->port()).publish("live", "key?token=right"), kStart);
}

}  // namespace
}  // namespace rtmp::test
