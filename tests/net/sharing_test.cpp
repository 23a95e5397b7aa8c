// SPDX-License-Identifier: LGPL-2.1-or-later
// One port for all mounts of a process.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <list>

#include "notes.h"
#include "null_logger.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Shared = Result<std::shared_ptr<Server>>;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBadName = "NetStream.Publish.BadName";
constexpr const char* kDenied = "NetStream.Publish.Denied";

Shared share(std::uint16_t port, MountSpec spec, MountDelegate& delegate) {
  return Server::share({.host = "127.0.0.1", .port = port}, null_logger(), std::move(spec), delegate);
}

class SharingTest : public testing::Test {
 protected:
  void SetUp() override {
    auto shared = share(0, {.stream_key = "one", .takeover = Takeover::kRefuse}, one_);
    ASSERT_TRUE(shared);
    server_ = *shared;
    ASSERT_TRUE(share(server_->port(), {.stream_key = "two"}, two_));
    ASSERT_TRUE(share(server_->port(), {}, rest_));
  }

  TcpPublisher connected() { return TcpPublisher(server_->port()); }
  std::string publish(const std::string& key) { return connected().publish("live", key); }

  Notes one_;
  Notes two_;
  Notes rest_;
  Notes late_;
  std::shared_ptr<Server> server_;
  const std::vector<Sent> sent_ = made_up_stream(20);
};

TEST_F(SharingTest, TheMountWithoutAKeyTakesWhatNobodyElseDoes) {
  EXPECT_EQ(publish("three"), kStart);
  EXPECT_EQ(rest_.ends(1), std::vector{EndReason::kClosed});
  EXPECT_EQ(publish("one"), kStart);
  EXPECT_EQ(publish("two"), kStart);
  EXPECT_EQ(one_.ends(1).size(), 1u);
  EXPECT_EQ(two_.ends(1).size(), 1u);
  EXPECT_EQ(rest_.requests().size(), 1u);
}

TEST_F(SharingTest, ADelegateThatTakesItsTimeSlowsNoOther) {
  TcpPublisher one = connected();
  TcpPublisher two = connected();
  ASSERT_EQ(one.publish("live", "one"), kStart);
  ASSERT_EQ(two.publish("live", "two"), kStart);
  one_.at_tag.close();
  ASSERT_TRUE(send_all(one, sent_));
  ASSERT_TRUE(one_.at_tag.holds());
  ASSERT_TRUE(send_all(two, sent_));
  EXPECT_EQ(two_.tags(sent_.size()), tags_of(sent_));
  EXPECT_EQ(publish("three"), kStart);
  EXPECT_EQ(one_.tags(0).size(), 1u);
  one_.at_tag.open();
  EXPECT_EQ(one_.tags(sent_.size()), tags_of(sent_));
}

TEST_F(SharingTest, ADelegateThatMakesUpItsMindHoldsNobodyElseUp) {
  TcpPublisher two = connected();
  ASSERT_EQ(two.publish("live", "two"), kStart);
  one_.at_allows.close();
  TcpPublisher waits = connected();
  TcpPublisher waits_too = connected();
  auto first = std::async(std::launch::async, [&] { return waits.publish("live", "one?a"); });
  auto second = std::async(std::launch::async, [&] { return waits_too.publish("live", "one?b"); });
  ASSERT_TRUE(one_.at_allows.holds(2));  // both at once
  ASSERT_TRUE(send_all(two, sent_));
  EXPECT_EQ(two_.tags(sent_.size()), tags_of(sent_));
  EXPECT_EQ(publish("three"), kStart);
  EXPECT_TRUE(share(server_->port(), {.stream_key = "late"}, late_));
  EXPECT_EQ(publish("late"), kStart);
  one_.at_allows.open();
  std::vector answers{first.get(), second.get()};
  std::ranges::sort(answers);
  EXPECT_EQ(answers, (std::vector<std::string>{kBadName, kStart}));
}

TEST_F(SharingTest, AMountThatIsClaimedWhileAnotherIsAskedGetsThePublisher) {
  rest_.allow = [&](const PublishRequest& request) {
    return server_->claim({.stream_key = request.stream_key}, late_).has_value();
  };
  TcpPublisher publisher = connected();
  ASSERT_EQ(publisher.publish("live", "late"), kStart);
  ASSERT_TRUE(send_all(publisher, sent_));
  EXPECT_EQ(late_.tags(sent_.size()), tags_of(sent_));
  EXPECT_TRUE(rest_.requests().empty());
  server_->release(late_);
}

TEST_F(SharingTest, AMountThatIsClaimedWhileAnotherIsAskedIsAskedToo) {
  late_.allow = [](const PublishRequest&) { return false; };
  rest_.allow = [&](const PublishRequest& request) {
    return server_->claim({.stream_key = request.stream_key}, late_).has_value();
  };
  EXPECT_EQ(publish("late"), kDenied);
  EXPECT_EQ(late_.rejections(1), std::vector{Rejection::kNotAllowed});
  EXPECT_TRUE(rest_.rejections(0).empty());
}

// A handler that lets publishers in by their token, and starts what takes them: once for each key.
class DoorTest : public SharingTest {
 protected:
  void SetUp() override {
    SharingTest::SetUp();
    rest_.allow = [this](const PublishRequest& request) {
      ++asked_;
      if (request.query != "right") return false;
      (void)server_->claim({.stream_key = request.stream_key, .takeover = Takeover::kReplace}, late_);
      return true;
    };
    ASSERT_EQ(in_place_.emplace(connected()).publish("live", "late?right"), kStart);
  }
  void TearDown() override { server_->release(late_); }

  std::optional<TcpPublisher> in_place_;
  std::atomic<int> asked_ = 0;
};

TEST_F(DoorTest, WhoIsNotLetInHearsNothingOfWhatIsBehindIt) {
  EXPECT_EQ(publish("late?wrong"), kDenied);
  EXPECT_EQ(publish("never?wrong"), kDenied);  // the same
  EXPECT_EQ(asked_, 3);
  EXPECT_EQ(rest_.rejections(2), std::vector(2, Rejection::kNotAllowed));
  EXPECT_TRUE(late_.rejections(0).empty());
  EXPECT_TRUE(late_.ends(0).empty());
  ASSERT_TRUE(send_all(*in_place_, sent_));
  EXPECT_EQ(late_.tags(sent_.size()), tags_of(sent_));
}

TEST_F(DoorTest, WhoIsLetInTakesTheStreamOver) {
  TcpPublisher second = connected();
  EXPECT_EQ(second.publish("live", "late?right"), kStart);
  EXPECT_EQ(late_.ends(1), std::vector{EndReason::kReplaced});
  EXPECT_TRUE(rest_.requests().empty());
}

TEST_F(DoorTest, WhatItHasStartedIsGuardedBeforeItsHandlerHasReturned) {
  in_place_->close();
  late_.ends(1);
  server_->release(late_);
  Gate gate;
  gate.close();
  rest_.allow = [&](const PublishRequest& request) {
    if (request.query != "right") return false;
    (void)server_->claim({.stream_key = request.stream_key}, late_);
    gate.pass();
    return true;
  };
  TcpPublisher right = connected();
  auto status = std::async(std::launch::async, [&] { return right.publish("live", "late?right"); });
  ASSERT_TRUE(gate.holds());
  EXPECT_EQ(publish("late?wrong"), kDenied);
  gate.open();
  EXPECT_EQ(status.get(), kStart);
}

TEST_F(DoorTest, OnceItHasGoneNobodyIsLetIn) {
  server_->release(rest_);
  EXPECT_EQ(publish("late?right"), kDenied);
  EXPECT_EQ(late_.rejections(1), std::vector{Rejection::kNotAllowed});
  ASSERT_TRUE(send_all(*in_place_, sent_));
  EXPECT_EQ(late_.tags(sent_.size()), tags_of(sent_));
}

// A delegate that has a mount claimed for each publisher, also where it names the very same as its own.
TEST(HandsOn, EachPublisherGoesToAMountOfItsOwn) {
  Notes door;
  Notes first;
  Notes second;
  const auto shared = share(0, {.stream_key = "cam", .hands_on = true}, door);
  ASSERT_TRUE(shared) << shared.error().detail;
  Server& server = **shared;
  EXPECT_FALSE(share(server.port(), {.stream_key = "cam", .hands_on = true}, first));
  Notes* next = &first;
  door.allow = [&](const PublishRequest&) {
    (void)server.claim({.stream_key = "cam", .takeover = Takeover::kRefuse}, *next);
    return true;
  };
  TcpPublisher one(server.port());
  ASSERT_EQ(one.publish("live", "cam"), kStart);
  EXPECT_EQ(TcpPublisher(server.port()).publish("live", "cam"), kBadName);  // that mount's answer
  EXPECT_EQ(first.rejections(1), std::vector{Rejection::kBusy});

  first.takes_another = false;
  one.close();
  EXPECT_EQ(first.ends(1), std::vector{EndReason::kClosed});
  next = &second;
  TcpPublisher two(server.port());
  EXPECT_EQ(two.publish("live", "cam"), kStart);
  EXPECT_EQ(second.requests().size(), 1u);
  EXPECT_TRUE(door.requests().empty());
  server.release(second);
  server.release(first);
  server.release(door);
}

TEST(HandsOn, APublisherWithoutAMountOfItsOwnHearsThatItIsBusy) {
  Notes door;
  const auto shared = share(0, {.hands_on = true}, door);
  ASSERT_TRUE(shared) << shared.error().detail;
  TcpPublisher publisher((*shared)->port());
  EXPECT_EQ(publisher.publish("live", "cam"), kBadName);
  EXPECT_EQ(door.rejections(1), std::vector{Rejection::kBusy});
  EXPECT_TRUE(door.requests().empty());
  (*shared)->release(door);
}

TEST_F(SharingTest, AMountWhoseStreamHasEndedStandsInNobodysWay) {
  one_.takes_another = false;
  const auto publish_to_its_end = [&] {
    TcpPublisher publisher = connected();
    EXPECT_EQ(publisher.publish("live", "one"), kStart);
    EXPECT_TRUE(publisher.unpublish());
    EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  };
  publish_to_its_end();
  publish_to_its_end();  // where the mount without a key takes it
  EXPECT_EQ(one_.requests().size(), 1u);
  EXPECT_EQ(rest_.requests().size(), 1u);

  server_->release(rest_);
  EXPECT_EQ(publish("one"), kBadName);
  EXPECT_EQ(one_.rejections(1), std::vector{Rejection::kBusy});

  ASSERT_TRUE(share(server_->port(), {.stream_key = "one"}, late_));
  publish_to_its_end();
  EXPECT_EQ(late_.requests().size(), 1u);
  server_->release(one_);  // the ended one, and not the one in its place
  publish_to_its_end();
  EXPECT_EQ(late_.requests().size(), 2u);
  EXPECT_EQ(one_.requests().size(), 1u);
}

TEST_F(SharingTest, ManyThreadsMayClaimPublishAndReleaseAtOnce) {
  const auto work = [&](const std::string& key) {
    std::size_t published = 0;
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
         std::chrono::steady_clock::now() < end;) {
      Notes notes;
      const auto shared = share(server_->port(), {.stream_key = key}, notes);
      if (!shared) return std::size_t{0};
      TcpPublisher publisher = connected();
      if (publisher.publish("live", key) != kStart) return std::size_t{0};
      if (published % 2 == 1) publisher.reset();
      (*shared)->release(notes);
      if (notes.requests().size() != 1 || notes.ends(0).size() != 1) return std::size_t{0};
      ++published;
    }
    return published;
  };
  std::list<std::future<std::size_t>> threads;
  for (int i = 0; i < 6; ++i)
    threads.push_back(std::async(std::launch::async, work, "thread" + std::to_string(i)));
  for (auto& thread : threads) EXPECT_GE(thread.get(), 1u);
}

}  // namespace
}  // namespace rtmp::test
