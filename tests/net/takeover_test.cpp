// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of a second publisher where there is one.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

#include "eventually.h"
#include "takeover_fixture.h"
#include "wire.h"

namespace rtmp::test {
namespace {

using Story = std::vector<std::string>;

// Sends an audio frame each 20 ms, or what it is told to.
class Encoder {
 public:
  explicit Encoder(TcpPublisher& publisher, std::chrono::milliseconds pause = 20ms, Bytes piece = {})
      : thread_([this, &publisher, pause, piece] {
          for (std::uint32_t frames = 0; !done_; ++frames) {
            const auto sent =
                piece.empty() ? send_all(publisher, {{MessageType::kAudio, frames * 20, "\xAF\x01 frame"}})
                              : publisher.send_raw(piece);
            if (!sent) return;
            for (auto left = pause; left > 0ms && !done_; left -= 20ms) std::this_thread::sleep_for(20ms);
          }
        }) {}
  ~Encoder() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

TEST_F(TakeoverTest, OneThatSendsIsNotReplacedAndWhoAsksIsToldSoAtItsNextFrame) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  const Encoder encoder(first);
  for (int i = 0; i < 5; ++i) {
    TcpPublisher second(server_.port());
    const auto [status, after] = ask(second, "key");
    EXPECT_EQ(status, kBadName);
    EXPECT_LT(after, limits::kOnItsWay + kSoon);
  }
  EXPECT_TRUE(notes_.ends(0).empty());
  EXPECT_EQ(notes_.rejections(5), std::vector(5, Rejection::kBusy));
}

TEST_F(TakeoverTest, ALargeKeyFrameThatTrickesInIsLife) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  // A message of 1 MiB in chunks of as much, and 4 KiB of it each 400 ms.
  ASSERT_TRUE(first.send_raw(wire("02 000000 000004 01 00000000 00100000  06 000000 100000 09 01000000")));
  const Encoder encoder(first, 400ms, Bytes(4 << 10, 0x27));
  TcpPublisher second(server_.port());
  const auto [status, after] = ask(second, "key");
  EXPECT_EQ(status, kBadName);
  EXPECT_LT(after, limits::kOnItsWay + 400ms + kSoon);
}

TEST_F(TakeoverTest, AByteNowAndThenAndPingsAreNone) {
  for (const char* drip : {"27", "02 000000 000006 04 00000000 0006 01020304"}) {
    SCOPED_TRACE(drip);
    Notes notes;
    Server server({.host = "127.0.0.1", .port = 0}, null_logger());
    ASSERT_TRUE(server.claim({}, notes));
    ASSERT_TRUE(server.start());
    TcpPublisher first(server.port());
    ASSERT_EQ(first.publish("live", "key"), kStart);
    const bool inside_a_message = std::string(drip) == "27";
    if (inside_a_message) {
      ASSERT_TRUE(
          first.send_raw(wire("02 000000 000004 01 00000000 00100000  06 000000 100000 09 01000000")));
    }
    const Encoder encoder(first, 100ms, wire(drip));
    TcpPublisher second(server.port());
    const auto [status, after] = ask(second, "key");
    EXPECT_EQ(status, kStart);
    EXPECT_LT(after, limits::kStaleAfter + kSoon);
    EXPECT_EQ(notes.ends(1), std::vector{EndReason::kReplaced});
  }
}

TEST_F(TakeoverTest, WhileItsDelegateHoldsItUpItsSilenceSaysNothing) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  notes_.at_tag.close();
  ASSERT_TRUE(send_all(first, sent_));
  ASSERT_TRUE(notes_.at_tag.holds());
  std::this_thread::sleep_for(limits::kStaleAfter);  // time is what this is about
  TcpPublisher second(server_.port());
  const auto [status, after] = ask(second, "key?second");
  EXPECT_EQ(status, kBadName);
  EXPECT_GE(after, limits::kStaleAfter);
  EXPECT_LT(after, limits::kStaleAfter + kSoon);

  const auto opened = Clock::now();  // its silence begins only now
  notes_.at_tag.open();
  EXPECT_EQ(notes_.tags(sent_.size()), tags_of(sent_));
  TcpPublisher third(server_.port());
  EXPECT_EQ(third.publish("live", "key?third"), kStart);
  EXPECT_GE(Clock::now() - opened, limits::kStaleAfter);
}

TEST_F(TakeoverTest, RefuseReplacesNobodyHoweverSilent) {
  start({.takeover = Takeover::kRefuse});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  std::this_thread::sleep_for(limits::kStaleAfter + 100ms);
  TcpPublisher second(server_.port());
  const auto [status, after] = ask(second, "key");
  EXPECT_EQ(status, kBadName);
  EXPECT_LT(after, kSoon);
}

TEST_F(TakeoverTest, TheAnswerIsHeldUntilItsSilenceIsLongEnough) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  const auto began = Clock::now();  // of its silence, or before
  ASSERT_TRUE(send_all(first, sent_));
  expect_taken(sent_.size());

  TcpPublisher second(server_.port());
  ASSERT_EQ(second.publish("live", "key?second"), kStart);
  EXPECT_GE(Clock::now() - began, limits::kStaleAfter);
  EXPECT_LT(Clock::now() - began, limits::kStaleAfter + kSoon);
  expect_replaced(first);

  ASSERT_TRUE(send_all(second, sent_));
  ASSERT_TRUE(second.unpublish());
  EXPECT_EQ(notes_.ends(2), (std::vector{EndReason::kReplaced, EndReason::kUnpublished}));
  EXPECT_EQ(notes_.story(), (Story{"key?first begins", "13 tags", "ended: replaced", "key?second begins",
                                   "13 tags", "ended: unpublished"}));
}

// The stream goes on with the one that waits for it, and has no end in between.
TEST_F(TakeoverTest, OneThatIsLostWhileSomebodyAsksForItsPlaceIsReplaced) {
  start({});
  TcpPublisher first(server_.port());
  ASSERT_EQ(first.publish("live", "key?first"), kStart);
  TcpPublisher second(server_.port());
  auto status = std::async(std::launch::async, [&] { return second.publish("live", "key?second"); });
  ASSERT_EQ(status.wait_for(100ms), std::future_status::timeout);
  const auto began = Clock::now();
  first.reset();
  EXPECT_EQ(status.get(), kStart);
  EXPECT_LT(Clock::now() - began, kSoon);
  EXPECT_EQ(notes_.ends(1), std::vector{EndReason::kReplaced});
}

// It has its place before its thread has begun to read, and is no ghost for that.
TEST_F(TakeoverTest, OneThatHasJustBegunIsNotSilent) {
  start({});
  notes_.at_begin.close();
  TcpPublisher first(server_.port());
  auto begun = std::async(std::launch::async, [&] { return first.publish("live", "key"); });
  ASSERT_TRUE(notes_.at_begin.holds());
  TcpPublisher second(server_.port());
  auto status = std::async(std::launch::async, [&] { return second.publish("live", "key"); });
  EXPECT_EQ(status.wait_for(limits::kBacklogTime), std::future_status::timeout);
  notes_.at_begin.open();
  ASSERT_EQ(begun.get(), kStart);
  for (std::uint32_t frame = 0; status.wait_for(20ms) == std::future_status::timeout; ++frame)
    ASSERT_TRUE(send_all(first, {{MessageType::kAudio, frame * 20, "\xAF\x01 frame"}}));
  EXPECT_EQ(status.get(), kBadName);
  EXPECT_TRUE(notes_.ends(0).empty());
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

}  // namespace
}  // namespace rtmp::test
