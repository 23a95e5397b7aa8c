// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a publisher that comes to a place that is taken gets it, by when the one in place showed signs of
// life.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "mount_table.h"
#include "notes.h"
#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;

/// A publisher without a connection: the test says when it showed its last sign of life.
class ScriptedPublisher final : public Publisher {
 public:
  void show_life(Clock::time_point at) {
    std::lock_guard lock(mutex_);
    last_ = at;
  }
  /// When somebody asked for its place; waits for it.
  Clock::time_point asked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return contested_; });
    return contested_at_;
  }
  /// Waits until it is told to end. False if it is not.
  bool ends() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return ended_; });
  }

  void end(ErrorCode) override {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool is_let_in(const Door&) const override { return true; }
  void ask_to_reconnect(const std::string&) override {}
  void wake() override {
    std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] Life life() const override {
    std::lock_guard lock(mutex_);
    return {last_, false};
  }
  [[nodiscard]] bool is_gone() override { return false; }
  void set_contested(bool contested) override {
    std::lock_guard lock(mutex_);
    contested_ = contested;
    contested_at_ = Clock::now();
    changed_.notify_all();
  }
  Woken wait(Clock::time_point time) override {
    std::unique_lock lock(mutex_);
    const bool woken = changed_.wait_until(lock, time, [&] { return woken_; });
    woken_ = false;
    return woken ? Woken::kWoken : Woken::kLate;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Clock::time_point last_{};
  Clock::time_point contested_at_{};
  bool contested_ = false;
  bool ended_ = false;
  bool woken_ = false;
};

class EntryTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(table_.claim({}, notes_));
    const auto answer = table_.publish(request_, std::nullopt, first_);
    ASSERT_FALSE(answer.rejected);
    mount_ = answer.mount;
  }
  std::future<std::optional<Rejection>> second_asks() {
    return std::async(std::launch::async,
                      [this] { return table_.publish(request_, std::nullopt, second_).rejected; });
  }

  const PublishRequest request_{.application = "live", .stream_key = "key"};
  Notes notes_;
  MountTable table_;
  MountTable::Mount* mount_ = nullptr;
  ScriptedPublisher first_;
  ScriptedPublisher second_;
};

// An encoder that reconnects sends its last frame on the old connection, and the next thing on the new one.
// Nothing says that they arrive, or are read, in this order.
TEST_F(EntryTest, WhatWasOnItsWayWhenSomebodyAskedIsNoSignOfLife) {
  auto answer = second_asks();
  first_.show_life(first_.asked() + limits::kOnItsWay / 2);
  table_.shows_life(*mount_);
  ASSERT_TRUE(first_.ends());
  table_.begin_end(*mount_);
  table_.finish_end(*mount_, false);
  EXPECT_EQ(answer.get(), std::nullopt);
}

TEST_F(EntryTest, WhatComesLaterIsOne) {
  auto answer = second_asks();
  first_.show_life(first_.asked() + limits::kOnItsWay + 1ms);
  table_.shows_life(*mount_);
  EXPECT_EQ(answer.get(), Rejection::kBusy);
}

}  // namespace
}  // namespace rtmp::test
