// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of a second publisher where there is one.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <set>
#include <thread>

#include "notes.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Clock = std::chrono::steady_clock;
using Story = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBadName = "NetStream.Publish.BadName";

class TakeoverTest : public testing::Test {
 protected:
  void start(MountSpec spec) {
    ASSERT_TRUE(server_.claim(std::move(spec), notes_));
    ASSERT_TRUE(server_.start());
  }

  void expect_taken(std::size_t tags) { EXPECT_GE(notes_.tags(tags).size(), tags); }

  Notes notes_;
  Server server_{{.host = "127.0.0.1", .port = 0}, null_logger()};
  const std::vector<Sent> sent_ = made_up_stream(5);
};

void expect_replaced(TcpPublisher& publisher) {
  EXPECT_EQ(publisher.next_status(), kBadName);
  EXPECT_NE(publisher.description().find("taken over"), std::string::npos) << publisher.description();
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
}

TEST_F(TakeoverTest, OnlyOneThatIsSilentWhileItIsListenedToIsReplaced) {
  struct Place {
    const char* key;
    Takeover takeover;
    Notes notes{};
    std::optional<TcpPublisher> publisher{};
  };
  Place sends{"sends", Takeover::kStale};
  Place waits{"waits", Takeover::kStale};  // for its delegate, and so does all that it sent
  Place refuses{"refuses", Takeover::kRefuse};
  Place silent{"silent", Takeover::kStale};
  Server server({.host = "127.0.0.1", .port = 0}, null_logger());
  ASSERT_TRUE(server.start());
  for (Place* place : {&sends, &waits, &refuses, &silent}) {
    ASSERT_TRUE(server.claim({.stream_key = place->key, .takeover = place->takeover}, place->notes));
    place->publisher.emplace(server.port());
    ASSERT_EQ(place->publisher->publish("live", place->key), kStart);
  }
  const auto second = [&](const Place& place) {
    return TcpPublisher(server.port()).publish("live", place.key);
  };
  waits.notes.at_tag.close();
  ASSERT_TRUE(send_all(*waits.publisher, sent_));
  ASSERT_TRUE(waits.notes.at_tag.holds());

  std::uint32_t frames = 0;
  for (const auto until = Clock::now() + limits::kStaleAfter + std::chrono::milliseconds(200);
       Clock::now() < until; ++frames) {
    ASSERT_TRUE(send_all(*sends.publisher, {{MessageType::kAudio, frames * 20, "\xAF\x01 frame"}}));
    if (frames % 20 == 0) {
      EXPECT_EQ(second(sends), kBadName);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // its frame rate
  }
  EXPECT_EQ(second(sends), kBadName);
  EXPECT_EQ(second(waits), kBadName);
  EXPECT_EQ(second(refuses), kBadName);
  EXPECT_EQ(second(silent), kStart);
  expect_replaced(*silent.publisher);

  waits.notes.at_tag.open();
  EXPECT_EQ(waits.notes.tags(sent_.size()), tags_of(sent_));
  EXPECT_EQ(second(waits), kBadName);  // its silence begins only now
  ASSERT_TRUE(send_all(*refuses.publisher, sent_));
  EXPECT_EQ(refuses.notes.tags(sent_.size()), tags_of(sent_));
  EXPECT_EQ(sends.notes.tags(frames).size(), frames);
  EXPECT_TRUE(sends.notes.ends(0).empty());
  EXPECT_EQ(waits.notes.rejections(2), std::vector(2, Rejection::kBusy));
}

TEST_F(TakeoverTest, OneThatIsSilentLongEnoughIsReplacedAndNotBefore) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  const auto began = Clock::now();  // of its silence, or before
  ASSERT_TRUE(send_all(first, sent_));
  expect_taken(sent_.size());

  std::optional<TcpPublisher> second;
  std::string status;
  const auto limit = began + std::chrono::seconds(20);
  do {
    second.emplace(server_.port());
    status = second->publish("live", "key?second");
  } while (status == kBadName && Clock::now() < limit);
  ASSERT_EQ(status, kStart);
  EXPECT_GE(Clock::now() - began, limits::kStaleAfter);
  expect_replaced(first);

  ASSERT_TRUE(send_all(*second, sent_));
  ASSERT_TRUE(second->unpublish());
  EXPECT_EQ(notes_.ends(2), (std::vector{EndReason::kReplaced, EndReason::kUnpublished}));
  EXPECT_EQ(notes_.story(), (Story{"key?first begins", "13 tags", "ended: replaced", "key?second begins",
                                   "13 tags", "ended: unpublished"}));
}

TEST_F(TakeoverTest, AMountMayReplaceAtOnceAndMixesNothing) {
  start({.takeover = Takeover::kReplace});
  constexpr std::size_t kPublishers = 10;
  std::vector<std::string> expected;
  Story story;
  std::optional<TcpPublisher> last;
  for (std::size_t i = 0; i < kPublishers; ++i) {
    const auto sent = made_up_stream(3 + i, 500 + i);
    TcpPublisher next(server_.port());
    const std::string key = "key?" + std::to_string(i);
    ASSERT_EQ(next.publish("live", key), kStart);
    if (last) expect_replaced(*last);
    ASSERT_TRUE(send_all(next, sent));
    for (const Sent& message : sent) expected.push_back(message.tag());
    ASSERT_EQ(notes_.tags(expected.size()), expected);
    story.insert(story.end(), {key + " begins", std::to_string(sent.size()) + " tags", "ended: replaced"});
    last = std::move(next);
  }
  ASSERT_TRUE(last->unpublish());
  story.back() = "ended: unpublished";
  EXPECT_EQ(notes_.ends(kPublishers).size(), kPublishers);
  EXPECT_EQ(notes_.story(), story);
}

TEST_F(TakeoverTest, WhoIsReplacedWhileItSendsIsToldSoBeforeTheEnd) {
  start({.takeover = Takeover::kReplace});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  std::atomic<bool> told = false;
  auto sending = std::async(std::launch::async, [&] {
    while (!told && send_all(first, sent_)) {
    }
  });
  expect_taken(10);
  TcpPublisher second(server_.port());
  EXPECT_EQ(second.publish("live", "key?second"), kStart);
  // What the server does not read any more ends in a reset: the status has to come before.
  EXPECT_EQ(first.next_status(), kBadName);
  told = true;
  sending.get();
}

TEST_F(TakeoverTest, AnotherStreamKeyOrApplicationReplacesNobody) {
  start({.takeover = Takeover::kReplace});  // takes any
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key2"), kBadName);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live2", "key"), kBadName);
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", ""), kBadName);
  ASSERT_TRUE(send_all(first, sent_));
  expect_taken(sent_.size());
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key?other=query"), kStart);
  expect_replaced(first);
}

TEST_F(TakeoverTest, OfTwoThatWaitForOneThatIsSilentOneGetsIt) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  ASSERT_TRUE(send_all(first, sent_));
  expect_taken(sent_.size());
  notes_.at_allows.close();
  std::optional<TcpPublisher> one(server_.port());
  std::optional<TcpPublisher> other(server_.port());
  auto a = std::async(std::launch::async, [&] { return one->publish("live", "key?one"); });
  auto b = std::async(std::launch::async, [&] { return other->publish("live", "key?other"); });
  ASSERT_TRUE(notes_.at_allows.holds(2));
  std::this_thread::sleep_for(limits::kStaleAfter + std::chrono::milliseconds(100));  // silence of the first
  notes_.at_allows.open();
  const std::set<std::string> statuses{a.get(), b.get()};
  EXPECT_EQ(statuses, (std::set<std::string>{kStart, kBadName}));
  expect_replaced(first);
  EXPECT_EQ(notes_.rejections(1), std::vector{Rejection::kBusy});
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kReplaced});
  EXPECT_EQ(TcpPublisher(server_.port()).publish("live", "key"),
            kBadName);  // the one that got it is not stale
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
