// SPDX-License-Identifier: LGPL-2.1-or-later
// A publisher takes the place of another while downstream takes nothing: the queue is full, and the one in
// place is not read from.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <list>
#include <thread>

#include "eventually.h"
#include "media_fixture.h"
#include "rtmp/limits.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"
#include "wake_delay.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBusy = "NetStream.Publish.BadName";
// An answer that waits for nothing takes no longer than this, and than so many threads that the machine wakes
// late.
constexpr std::chrono::milliseconds kSoon = 200ms * kSlowness;
constexpr int kWakesUntilAnswered = 4;

// The pipeline is blocked, and somebody publishes to it.
class Blocked : public testing::TestWithParam<bool> {
 protected:
  void start(const std::string& takeover, const std::string& more = "max-queue-bytes=100000") {
    pipeline_.emplace("takeover=" + takeover + " keep-listening=" + (GetParam() ? "true " : "false ") + more);
    pipeline_->block();
    pipeline_->play();
    ASSERT_EQ(first_.emplace(pipeline_->port()).publish("live", "key"), kStart);
  }
  // Fills the queue and what is in front of it, until nothing more can be sent.
  void fill() {
    full_ = std::async(std::launch::async, [this] {
      for (std::uint32_t time = 0; !stop_; time += 20) {
        const Sent frame{MessageType::kVideo, time,
                         "\x17\x01" + std::to_string(time) + std::string(50'000, 'f')};
        if (!send_all(*first_, {frame})) return;
        sent_.push_back(frame);
        ++sent_count_;
      }
    });
    std::size_t before = 0;
    auto since = Clock::now();
    ASSERT_TRUE(eventually([&] {
      if (const std::size_t now = sent_count_; now != before) {
        before = now;
        since = Clock::now();
      }
      return before > 0 && Clock::now() - since > 300ms;
    }));
  }
  void TearDown() override {
    stop_ = true;
    if (pipeline_) {
      EXPECT_LT(pipeline_->stop(), 1000.0 * kSlowness);
    }
    if (full_.valid()) full_.get();
  }
  guint64 stat(const char* name) const {
    GstStructure* stats = nullptr;
    g_object_get(pipeline_->src(), "stats", &stats, nullptr);
    guint64 value = 0;
    gst_structure_get_uint64(stats, name, &value);
    gst_structure_free(stats);
    return value;
  }
  std::size_t queued_bytes() const { return stat("queue-bytes"); }

  struct Answered {
    std::string status;
    std::chrono::milliseconds after;
    std::chrono::milliseconds soon;  // how long an answer may take on this machine as it is
  };
  Answered ask(TcpPublisher& publisher) const {
    const WakeDelay delay;
    EXPECT_EQ(publisher.connect({.app = "live"}), "NetConnection.Connect.Success");
    const auto began = Clock::now();
    std::string status = publisher.publish_key("key");
    const auto after = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    return {status, after, kSoon + kWakesUntilAnswered * delay.greatest()};
  }

  // What `second` sends follows what came of the first, of which nothing is missing in between.
  void expect_both(TcpPublisher& second, std::size_t at_least_of_the_first) {
    const auto frames = made_up_stream(20, 500);
    auto sending =
        std::async(std::launch::async, [&] { return static_cast<bool>(send_all(second, frames)); });
    pipeline_->unblock();
    EXPECT_TRUE(sending.get());
    ASSERT_TRUE(eventually([&] {
      const auto all = pipeline_->pushed();
      return !all.empty() && all.back().bytes.size() > 15 && all.back().body() == frames.back().body;
    }));
    const auto all = pipeline_->pushed();
    ASSERT_GT(all.size(), 1 + frames.size());
    const std::size_t of_the_first = all.size() - 1 - frames.size();
    EXPECT_GE(of_the_first, at_least_of_the_first);
    for (std::size_t i = 0; i < of_the_first; ++i)
      ASSERT_TRUE(all[1 + i].body().starts_with("\x17\x01" + std::to_string(i * 20) + "f")) << i;
    for (std::size_t i = 0; i < frames.size(); ++i)
      ASSERT_EQ(all[1 + of_the_first + i].body(), frames[i].body) << i;
  }

  std::optional<TestPipeline> pipeline_;
  std::optional<TcpPublisher> first_;
  std::future<void> full_;
  std::vector<Sent> sent_;
  std::atomic<std::size_t> sent_count_ = 0;
  std::atomic<bool> stop_ = false;
};

INSTANTIATE_TEST_SUITE_P(All, Blocked, testing::Bool(), [](const testing::TestParamInfo<bool>& one) {
  return one.param ? "KeepsListening" : "OneStream";
});

TEST_P(Blocked, ReplaceIsAnsweredAtOnceAndLosesNothingThatWasReceived) {
  start("replace");
  fill();
  TcpPublisher second(pipeline_->port());
  const auto [status, after, soon] = ask(second);
  ASSERT_EQ(status, kStart);
  EXPECT_LT(after, soon);
  expect_both(second, 1);
}

TEST_P(Blocked, StaleReplacesOneThatWasKilledAndAllThatItSentArrives) {
  start("stale");
  fill();
  stop_ = true;
  // It sends no more, and its end is behind what nobody has read.
  shutdown(first_->descriptor(), SHUT_WR);
  full_.get();
  TcpPublisher second(pipeline_->port());
  const auto [status, after, soon] = ask(second);
  ASSERT_EQ(status, kStart);
  EXPECT_LT(after, limits::kBacklogTime + soon);
  expect_both(second, sent_.size());
}

TEST_P(Blocked, StaleReplacesOneThatVanishedAfterTwoSeconds) {
  start("stale");
  // All of it is here: to the server, it is silent from now on.
  for (std::uint32_t time = 0; time < 20 * 20; time += 20)
    sent_.push_back(
        {MessageType::kVideo, time, "\x17\x01" + std::to_string(time) + std::string(50'000, 'f')});
  ASSERT_TRUE(send_all(*first_, sent_));
  ASSERT_TRUE(pipeline_->wait_blocked());
  TcpPublisher second(pipeline_->port());
  const auto [status, after, soon] = ask(second);
  ASSERT_EQ(status, kStart);
  EXPECT_GE(after, limits::kStaleAfter - 200ms);
  EXPECT_LT(after, limits::kStaleAfter + soon);
  expect_both(second, sent_.size());
}

// Also once the queue has taken all that it takes for the sake of the question.
TEST_P(Blocked, StaleNeverReplacesOneThatSendsAsFastAsItCan) {
  start("stale");
  fill();
  for (int i = 0; i < 4; ++i) {
    SCOPED_TRACE(i);
    TcpPublisher second(pipeline_->port());
    const auto [status, after, soon] = ask(second);
    EXPECT_EQ(status, kBusy);
    EXPECT_LT(after, limits::kStaleAfter + soon);
    EXPECT_LE(queued_bytes(), 100'000 + limits::kMaxBeyondQueue);
  }
}

TEST_P(Blocked, StaleNeverReplacesOneThatSendsAtItsFrameRate) {
  start("stale");
  auto sending = std::async(std::launch::async, [this] {
    for (std::uint32_t time = 0; !stop_; time += 20) {
      if (!send_all(*first_, {{MessageType::kVideo, time, "\x17\x01" + std::string(5'000, 'f')}})) return;
      std::this_thread::sleep_for(20ms);
    }
  });
  ASSERT_TRUE(pipeline_->wait_blocked());
  ASSERT_TRUE(eventually([this] { return queued_bytes() > 50'000; }));
  for (int i = 0; i < 4; ++i) {
    TcpPublisher second(pipeline_->port());
    const auto [status, after, soon] = ask(second);
    EXPECT_EQ(status, kBusy);
    EXPECT_LT(after, limits::kStaleAfter + soon);
  }
  stop_ = true;
  pipeline_->stop();
  sending.get();
}

// Each leaves what was received of it.
TEST_P(Blocked, OnceTooMuchWaitsThatNobodyTakesANewcomerWaitsUntilThereIsRoom) {
  start("replace");
  const Sent large{MessageType::kVideo, 0, "\x17\x01" + std::string(7 << 20, 'f')};
  std::list<TcpPublisher> publishers;
  std::string status = kStart;
  TcpPublisher* last = &*first_;
  while (status == kStart && publishers.size() < 10) {
    ASSERT_TRUE(send_all(*last, {large}));
    ASSERT_TRUE(eventually([&] { return stat("in-bytes-total") >= last->bytes_sent(); }));
    last = &publishers.emplace_back(pipeline_->port());
    const auto asked = ask(*last);
    status = asked.status;
    if (status == kBusy) {
      EXPECT_GE(asked.after, limits::kEntryPatience);
      EXPECT_LT(asked.after, limits::kEntryPatience + asked.soon);
    }
  }
  EXPECT_EQ(status, kBusy);
  EXPECT_LE(queued_bytes(), 100'000 + limits::kMaxBeyondQueue + large.body.size() + 100);

  TcpPublisher next(pipeline_->port());
  auto answered = std::async(std::launch::async, [&] { return ask(next); });
  EXPECT_EQ(answered.wait_for(100ms), std::future_status::timeout);
  pipeline_->unblock();
  EXPECT_EQ(answered.get().status, kStart);
}

TEST_P(Blocked, TheStateGoesDownWhileSomebodyWaits) {
  start("stale");
  fill();
  TcpPublisher second(pipeline_->port());
  ASSERT_EQ(second.connect({.app = "live"}), "NetConnection.Connect.Success");
  ASSERT_TRUE(second.ask_to_publish("key"));
  std::this_thread::sleep_for(50ms);
  stop_ = true;
  EXPECT_LT(pipeline_->stop(), 1000.0 * kSlowness);
}

}  // namespace
}  // namespace rtmp::test
