// SPDX-License-Identifier: LGPL-2.1-or-later
// What wrong secrets cost.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <list>
#include <thread>

#include "eventually.h"
#include "login.h"
#include "notes.h"
#include "rtmp/limits.h"
#include "slowness.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";
constexpr const char* kConnected = "NetConnection.Connect.Success";

constexpr std::size_t kAtOnce = limits::kGuessesAtOnce;
constexpr std::size_t kInLine = limits::kLongestGuessWait / limits::kGuessInterval;
// How late an answer may be that nothing holds up: less than the wait for a guess.
constexpr auto kSoon = limits::kGuessInterval / 2;

class RefusalTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_->claim({.stream_key = "key", .takeover = Takeover::kReplace}, notes_));
    ASSERT_TRUE(server_->start());
  }

  TcpPublisher& connect(const std::string& source = "127.0.0.1") {
    TcpPublisher& client = clients_.emplace_back(server_->port(), "127.0.0.1", source);
    EXPECT_EQ(client.connect({"live"}), kConnected);
    return client;
  }
  std::string another() { return "guess " + std::to_string(count_++); }
  /// Gives so many distinct wrong keys, each on a connection of its own, and does not wait for the answers.
  void guess(std::size_t count, const std::string& source = "127.0.0.1") {
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(connect(source).ask_to_publish(another()));
  }
  /// All guesses that there are at once; returns when they have been judged.
  void use_up(const std::string& source = "127.0.0.1") {
    const std::size_t before = judged();
    guess(kAtOnce, source);
    ASSERT_TRUE(eventually([&] { return judged() == before + kAtOnce; }));
  }
  /// How many of what is wrong were found to be so, and how many were not looked at.
  std::size_t judged() { return count_of(Rejection::kStreamKey); }
  std::size_t unjudged() { return count_of(Rejection::kUnjudged); }
  std::size_t count_of(Rejection why) {
    const auto all = notes_.rejections(0);
    return static_cast<std::size_t>(std::ranges::count(all, why));
  }

  Notes notes_;
  Notes others_;
  LogLines log_;
  std::unique_ptr<Server> server_ =
      std::make_unique<Server>(ServerConfig{.host = "127.0.0.1", .port = 0}, log_);
  std::list<TcpPublisher> clients_;
  int count_ = 0;
};

TEST_F(RefusalTest, AnAnswerOfNoWaits) {
  for (const auto& key : {"guess", "guess", "another"}) {
    TcpPublisher& client = connect();
    const auto asked = Clock::now();
    EXPECT_EQ(client.publish_key(key), kDenied);
    EXPECT_GE(Clock::now() - asked, limits::kRefusalDelay);
    EXPECT_EQ(client.wait_for_end(), ErrorCode::kEndOfStream);
  }
  EXPECT_EQ(notes_.rejections(3), std::vector(3, Rejection::kStreamKey));
  EXPECT_EQ(notes_.rejected_requests()[1].stream_key, "guess");
}

TEST_F(RefusalTest, AnApplicationThatIsNotThereIsAWrongSecretToo) {
  ASSERT_TRUE(server_->claim({.application = "live"}, others_));
  server_->release(notes_);
  for (std::size_t i = 0; i < kAtOnce + 2 * kInLine; ++i) {
    TcpPublisher& client = clients_.emplace_back(server_->port());
    ASSERT_TRUE(client.handshake());
    ASSERT_TRUE(
        client.send_command("connect", 1, {AmfValue::object({{"app", AmfValue::string(another())}})}));
  }
  const auto rejected = [this](Rejection why) {
    return static_cast<std::size_t>(std::ranges::count(others_.rejections(0), why));
  };
  ASSERT_TRUE(eventually([&] { return rejected(Rejection::kUnjudged) == kInLine; }));  // the others wait
  EXPECT_EQ(rejected(Rejection::kApplication), kAtOnce);
  EXPECT_EQ(TcpPublisher(server_->port()).connect({"one more"}), "NetConnection.Connect.InvalidApp");
  EXPECT_EQ(TcpPublisher(server_->port()).connect({"live"}), "NetConnection.Connect.InvalidApp");
  EXPECT_EQ(rejected(Rejection::kUnjudged), kInLine + 2);
  EXPECT_EQ(TcpPublisher(server_->port(), "127.0.0.1", "127.0.0.2").connect({"live"}), kConnected);
}

// Which are given all at once, as nothing that a client does may make a guess cheaper.
TEST_F(RefusalTest, OfManyWrongKeysAFewAreJudgedAtOnceAndAFewWait) {
  constexpr std::size_t kMany = 40;
  for (std::size_t i = 0; i < kMany; ++i) connect();
  for (TcpPublisher& client : clients_) ASSERT_TRUE(client.ask_to_publish(another()));
  const auto asked = Clock::now();
  ASSERT_TRUE(eventually([&] { return judged() + unjudged() >= kMany - kInLine; }));
  if (Clock::now() - asked < limits::kGuessInterval) {
    EXPECT_EQ(judged(), kAtOnce);
    EXPECT_EQ(unjudged(), kMany - kInLine - kAtOnce);
  }
  EXPECT_TRUE(eventually([&] { return judged() == kAtOnce + kInLine; }));
  EXPECT_GE(Clock::now() - asked, limits::kLongestGuessWait);
  for (TcpPublisher& client : clients_) EXPECT_EQ(client.next_status(), kDenied);
}

TEST_F(RefusalTest, WhoEndsItsSideBehindAWrongKeyWaitsAllTheSame) {
  use_up();
  std::list<TcpPublisher> halves;
  const auto asked = Clock::now();
  for (std::size_t i = 0; i < kInLine; ++i) {
    TcpPublisher& client = halves.emplace_back(server_->port());
    ASSERT_EQ(client.connect({"live"}), kConnected);
    ASSERT_TRUE(client.ask_to_publish(another()));
    ASSERT_EQ(shutdown(client.descriptor(), SHUT_WR), 0);
  }
  EXPECT_EQ(halves.front().next_status(), kDenied);
  EXPECT_GE(Clock::now() - asked, limits::kGuessInterval - limits::kRefusalDelay);
}

TEST_F(RefusalTest, WhoDoesNotWaitForTheVerdictHasPaidAllTheSame) {
  use_up();
  const auto asked = Clock::now();
  ASSERT_TRUE(connect().send_command(
      "publish", 3, {AmfValue::null(), AmfValue::string(another()), AmfValue::string("live")}, 1));
  clients_.back().close();
  // That one and those that have used up the guesses are gone.
  ASSERT_TRUE(eventually([&] { return server_->counters()->connections.get() == 0; }));
  // Its place in the line is taken: the right key, which is new here, has the next.
  EXPECT_EQ(connect().publish_key("key"), kStart);
  EXPECT_GT(Clock::now() - asked, limits::kGuessInterval + kSoon);
  EXPECT_LT(Clock::now() - asked, limits::kLongestGuessWait + kSlowness * 2s);
}

TEST_F(RefusalTest, TheSameWrongKeyAgainCostsNobodyAnything) {
  for (std::size_t i = 0; i < 4 * kAtOnce; ++i) ASSERT_TRUE(connect().ask_to_publish("old key"));
  guess(kAtOnce - 1);
  const auto asked = Clock::now();
  ASSERT_TRUE(eventually([&] { return judged() == 5 * kAtOnce - 1; }));
  EXPECT_LT(Clock::now() - asked, kSlowness * kSoon);
  EXPECT_EQ(unjudged(), 0u);
}

TEST_F(RefusalTest, AKeyThatWasRightHereBeforeIsNeverDelayedNorRefused) {
  ASSERT_EQ(connect().publish_key("key"), kStart);
  use_up();
  guess(2 * kInLine);
  ASSERT_TRUE(eventually([&] { return unjudged() == kInLine; }));
  for (int i = 0; i < 3; ++i) {
    const auto asked = Clock::now();
    EXPECT_EQ(connect().publish_key("key"), kStart);
    EXPECT_LT(Clock::now() - asked, kSlowness * kSoon);
  }
  // However it is written, and though somebody is publishing there.
  EXPECT_EQ(TcpPublisher(server_->port()).publish("other", "room/key"), "NetStream.Publish.BadName");
}

TEST_F(RefusalTest, AKeyThatIsNewHereIsNotJudgedWhereTooManyWait) {
  use_up("127.0.0.2");
  guess(2 * kInLine, "127.0.0.2");
  ASSERT_TRUE(eventually([&] { return unjudged() == kInLine; }));  // the others wait
  EXPECT_EQ(connect("127.0.0.2").publish_key("key"), kDenied);
  EXPECT_EQ(unjudged(), kInLine + 1);
  EXPECT_EQ(connect().publish_key("key"), kStart);  // others have nothing to do with it
}

TEST_F(RefusalTest, WrongLoginsAreGuessesToo) {
  const Credentials anna{"anna", "secret"};
  ASSERT_TRUE(
      server_->claim({.application = "private", .stream_key = "annas", .credentials = anna}, others_));
  server_->release(notes_);
  const auto log_in = [&](const Credentials& as) {
    return TcpPublisher(server_->port()).connect({log_in_adobe(server_->port(), "private", as)});
  };
  EXPECT_EQ(log_in(anna), kConnected);
  std::vector<std::future<std::string>> wrong;
  for (std::size_t i = 0; i < kAtOnce; ++i)
    wrong.push_back(std::async(std::launch::async, log_in, Credentials{"anna", another()}));
  for (auto& one : wrong) EXPECT_EQ(one.get(), "NetConnection.Connect.Rejected");
  EXPECT_EQ(others_.rejections(kAtOnce), std::vector(kAtOnce, Rejection::kCredentials));
  auto waits = std::async(std::launch::async, log_in, Credentials{"nobody", "secret"});
  EXPECT_EQ(waits.wait_for(kSoon), std::future_status::timeout);
  const auto asked = Clock::now();
  EXPECT_EQ(log_in(anna), kConnected);
  EXPECT_LT(Clock::now() - asked, kSlowness * kSoon);
}

TEST_F(RefusalTest, ANoOfTheDelegateIsAnsweredAsAWrongKeyAndIsNoGuess) {
  notes_.allow = [](const PublishRequest& request) { return request.query == "token=right"; };
  for (std::size_t i = 0; i < 2 * kAtOnce; ++i)
    ASSERT_TRUE(connect().ask_to_publish("key?token=" + std::to_string(i)));
  for (TcpPublisher& client : clients_) EXPECT_EQ(client.next_status(), kDenied);
  EXPECT_EQ(notes_.rejections(2 * kAtOnce), std::vector(2 * kAtOnce, Rejection::kNotAllowed));
  use_up();
  EXPECT_EQ(connect().publish_key("key?token=right"), kStart);
}

TEST_F(RefusalTest, StopDoesNotWaitForTheAnswers) {
  use_up();
  guess(kInLine);
  const auto began = Clock::now();
  server_.reset();
  EXPECT_LT(Clock::now() - began, kSlowness * 1s);
  EXPECT_NE(clients_.back().wait_for_end(), ErrorCode::kTimedOut);
}

TEST_F(RefusalTest, WhatComesMeanwhileStaysOutside) {
  use_up();
  guess(1);
  TcpPublisher& client = clients_.back();
  const std::vector<std::uint8_t> megabyte(1 << 20, 0);
  // The two sockets have room for so much at most; that is full long before the answer is due.
  std::size_t sent = 0;
  pollfd room{.fd = client.descriptor(), .events = POLLOUT, .revents = 0};
  while (sent < 1u << 30 && poll(&room, 1, 500) > 0) {
    const ssize_t n = send(client.descriptor(), megabyte.data(), megabyte.size(), MSG_NOSIGNAL);
    ASSERT_GT(n, 0);
    sent += static_cast<std::size_t>(n);
  }
  EXPECT_GT(sent, 0u);
  EXPECT_LT(sent, 64u << 20);
}

}  // namespace
}  // namespace rtmp::test
