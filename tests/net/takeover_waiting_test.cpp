// SPDX-License-Identifier: LGPL-2.1-or-later
// Publishers that wait for the place of another one.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <set>
#include <thread>

#include "takeover_fixture.h"

namespace rtmp::test {
namespace {

using Story = std::vector<std::string>;

TEST_F(TakeoverTest, OfTwoThatWaitForOneThatIsSilentOneGetsIt) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  ASSERT_TRUE(send_all(first, sent_));
  expect_taken(sent_.size());
  notes_.at_allows.close();
  std::atomic<bool> decided = false;
  const auto publish = [&](const std::string& key) {
    TcpPublisher publisher(server_.port());
    std::string status = publisher.publish("live", key);
    // The one that gets it sends, as encoders do, until the other has its answer.
    if (status != kStart) decided = true;
    while (!decided && send_all(publisher, sent_)) std::this_thread::sleep_for(20ms);
    return status;
  };
  auto a = std::async(std::launch::async, publish, "key?one");
  auto b = std::async(std::launch::async, publish, "key?other");
  ASSERT_TRUE(notes_.at_allows.holds(2));
  std::this_thread::sleep_for(limits::kStaleAfter + std::chrono::milliseconds(100));  // silence of the first
  notes_.at_allows.open();
  const std::set<std::string> statuses{a.get(), b.get()};
  EXPECT_EQ(statuses, (std::set<std::string>{kStart, kBadName}));
  expect_replaced(first);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kBusy});
  EXPECT_EQ(notes_.ends(1)[0], EndReason::kReplaced);
}

// Whose predecessor's end takes its time.
class WaitingTest : public TakeoverTest {
 protected:
  void SetUp() override {
    start({.stream_key = "key"});
    ASSERT_TRUE(server_.claim({.stream_key = "other"}, other_));
    ASSERT_EQ(first_.emplace(server_.port()).publish("live", "key"), kStart);
    notes_.at_end.close();
    first_->close();
    ASSERT_TRUE(notes_.at_end.holds());
  }
  void TearDown() override {
    notes_.at_end.open();
    server_.stop();  // before the other delegate goes
  }

  Notes other_;
  std::optional<TcpPublisher> first_;
};

TEST_F(WaitingTest, EndsWithTheClient) {
  TcpPublisher second(server_.port());
  ASSERT_EQ(second.connect({.app = "live"}), "NetConnection.Connect.Success");
  std::promise<void> allowed;
  notes_.allow = [&](const PublishRequest&) {
    allowed.set_value();
    return true;
  };
  ASSERT_TRUE(second.ask_to_publish("key"));
  ASSERT_TRUE(send_all(second, sent_));  // which nobody reads
  allowed.get_future().get();
  const auto began = Clock::now();
  second.close();
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kBusy});
  EXPECT_LT(Clock::now() - began, kSoon);
}

TEST_F(WaitingTest, EndsAfterSomeSeconds) {
  TcpPublisher second(server_.port());
  const auto [status, after] = ask(second, "key");
  EXPECT_EQ(status, kBadName);
  EXPECT_GE(after, limits::kEntryPatience);
  EXPECT_LT(after, limits::kEntryPatience + kSoon);
}

TEST_F(WaitingTest, OfManyClosesThePortToNobody) {
  for (std::size_t i = 0; i < limits::kMaxConnectionsPerAddress; ++i) {
    TcpPublisher retries(server_.port());
    ASSERT_EQ(retries.connect({.app = "live"}), "NetConnection.Connect.Success") << i;
    ASSERT_TRUE(retries.ask_to_publish("key"));
    retries.close();
  }
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "other"), kStart);
}

TEST_F(WaitingTest, OfManyThatStayIsForSoManyAsMayBeUnpublished) {
  std::vector<TcpPublisher> waiting;
  for (std::size_t i = 0; i <= limits::kMaxUnpublishedConnections; ++i) {
    waiting.emplace_back(server_.port());
    ASSERT_EQ(waiting.back().connect({.app = "live"}), "NetConnection.Connect.Success") << i;
    ASSERT_TRUE(waiting.back().ask_to_publish("key"));
  }
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "other"), kStart);
  EXPECT_TRUE(becomes_readable(waiting.front(), kSoon));  // the end
}

TEST_F(TakeoverTest, WhoComesWhileTheDelegateIsToldOfAnEndWaitsForIt) {
  start({.takeover = Takeover::kRefuse});
  notes_.at_end.close();
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  first.close();
  ASSERT_TRUE(notes_.at_end.holds());
  TcpPublisher second(server_.port());
  auto status = std::async(std::launch::async, [&] { return second.publish("live", "another"); });
  EXPECT_EQ(status.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  notes_.at_end.open();
  EXPECT_EQ(status.get(), kStart);
  EXPECT_EQ(notes_.story(), (Story{"key begins", "ended: closed", "another begins"}));
}

TEST_F(TakeoverTest, ReleaseTurnsAwayOneThatWaitsToTakeOver) {
  start({.takeover = Takeover::kReplace});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  notes_.at_tag.close();
  ASSERT_TRUE(send_all(first, {sent_[0]}));
  ASSERT_TRUE(notes_.at_tag.holds());
  // It has to be inside when release() begins: once allowed, it has nothing to wait for but the first.
  std::atomic<bool> allowed = false;
  notes_.allow = [&](const PublishRequest&) {
    allowed = true;
    allowed.notify_all();
    return true;
  };
  TcpPublisher second(server_.port());
  auto status = std::async(std::launch::async, [&] { return second.publish("live", "key?second"); });
  allowed.wait(false);

  auto released = std::async(std::launch::async, [&] { server_.release(notes_); });
  // release() marks the mount before it waits: from then on it is not found.
  while (TcpPublisher(server_.port()).publish("live", "other") == kBadName) {
  }
  EXPECT_EQ(released.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  notes_.at_tag.open();
  released.get();
  EXPECT_EQ(status.get(), kBadName);
  EXPECT_EQ(notes_.ends(0).size(), 1u);
  EXPECT_EQ(notes_.requests().size(), 1u);
  EXPECT_NE(first.next_status(), "");
}

}  // namespace
}  // namespace rtmp::test
