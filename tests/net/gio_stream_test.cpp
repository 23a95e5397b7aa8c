// SPDX-License-Identifier: LGPL-2.1-or-later
// Each wait of a stream, and what ends it.
#include "gio_stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "slowness.h"

namespace rtmp::test {
namespace {

using namespace std::chrono_literals;
using Clock = GioStream::Clock;

constexpr std::chrono::milliseconds kPatience = 500ms;
constexpr std::chrono::milliseconds kSoon = 1s * kSlowness;

class GioStreamTest : public testing::Test {
 protected:
  void SetUp() override { connect(kPatience); }
  void TearDown() override { leave(); }

  void connect(std::chrono::milliseconds write_patience) {
    leave();
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    stream_.emplace(
        GObjectPtr<GSocket>(g_socket_new_from_fd(ends[0], nullptr)), [] {}, write_patience);
    peer_ = ends[1];
  }
  void leave() {
    if (peer_ >= 0) close(std::exchange(peer_, -1));
  }

  // More than the socket takes.
  Result<void> write_much() { return stream_->write(std::vector<std::uint8_t>(8 << 20)); }
  std::size_t read_all_that_is_there() {
    std::vector<char> bytes(1 << 20);
    std::size_t all = 0;
    for (;;) {
      const auto got = recv(peer_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (got <= 0) return all;
      all += static_cast<std::size_t>(got);
    }
  }
  // What it comes to when `act` comes while it waits; and that it does not take long.
  template <class Call>
  auto interrupted(Call call, const std::function<void()>& act) {
    auto result = std::async(std::launch::async, call);
    EXPECT_EQ(result.wait_for(100ms), std::future_status::timeout);
    act();
    EXPECT_EQ(result.wait_for(kSoon), std::future_status::ready);
    return result.get();
  }

  std::optional<GioStream> stream_;
  int peer_ = -1;
};

TEST_F(GioStreamTest, AWriteToAPeerThatDoesNotReadHasADeadlineWhateverTheIdleTimeout) {
  for (const auto idle : {0s, 30s}) {
    stream_->set_idle_timeout(idle);
    const auto began = Clock::now();
    const auto written = write_much();
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, idle == 0s ? ErrorCode::kTimedOut : ErrorCode::kIo);
    if (idle == 0s) {
      EXPECT_GE(Clock::now() - began, kPatience);
    }
    EXPECT_LT(Clock::now() - began, kPatience + kSoon);
  }
}

TEST_F(GioStreamTest, APeerThatClosesHasLeftUnlessItHasSentSomething) {
  for (const bool speaks : {false, true}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const GObjectPtr<GSocket> socket(g_socket_new_from_fd(ends[0], nullptr));
    EXPECT_FALSE(has_left(socket.get()));
    if (speaks) {
      ASSERT_EQ(write(ends[1], "x", 1), 1);
    }
    EXPECT_FALSE(has_left(socket.get()));
    ASSERT_EQ(close(ends[1]), 0);
    EXPECT_EQ(has_left(socket.get()), !speaks);
  }
}

// A small read leaves the socket empty, so that the next one waits before it reads.
TEST_F(GioStreamTest, AReadBehindASmallOneGetsWhatComesAndEndsAsAnyOther) {
  std::array<std::uint8_t, 8> room{};
  const auto read = [&] { return stream_->read(room, {}); };
  const auto send_one = [&] { ASSERT_EQ(write(peer_, "x", 1), 1); };
  const auto read_one = [&] {
    const auto got = read();
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_EQ(*got, 1u);
  };
  send_one();
  read_one();
  send_one();  // before the read
  read_one();
  const auto late = interrupted(read, send_one);
  ASSERT_TRUE(late) << late.error().detail;
  EXPECT_EQ(*late, 1u);

  stream_->set_deadline(Clock::now() + 50ms);
  const auto too_late = read();
  ASSERT_FALSE(too_late);
  EXPECT_EQ(too_late.error().code, ErrorCode::kTimedOut);

  stream_->set_idle_timeout(0s);
  send_one();
  read_one();
  const auto stopped = interrupted(read, [&] { stream_->interrupt(ErrorCode::kReplaced); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kReplaced);

  connect(kPatience);
  send_one();
  read_one();
  const auto over = interrupted(read, [&] { leave(); });
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kEndOfStream);
}

// Many streams that wait would all have memory otherwise.
TEST_F(GioStreamTest, AReadAsksForRoomOnlyWhenSomethingIsThere) {
  std::array<std::uint8_t, 8> bytes{};
  std::atomic<bool> sent{true};
  bool asked_before = false;
  const auto read = [&] {
    return stream_->read_when_there([&] {
      asked_before = asked_before || !sent;
      return std::span(bytes);
    });
  };
  const auto send_three = [&] {
    sent = true;
    ASSERT_EQ(write(peer_, "abc", 3), 3);
  };
  send_three();
  const auto first = read();  // it leaves the socket empty
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(*first, 3u);
  sent = false;
  const auto second = interrupted(read, send_three);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(*second, 3u);
  EXPECT_EQ(bytes[2], 'c');
  EXPECT_FALSE(asked_before);

  sent = false;
  const auto stopped = interrupted(read, [&] { stream_->interrupt(ErrorCode::kReplaced); });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kReplaced);
  EXPECT_FALSE(asked_before);
}

TEST_F(GioStreamTest, AnInterruptReachesAWriteAndNothingFollowsOneThatIsCutOff) {
  connect(20s);
  const auto written =
      interrupted([this] { return write_much(); }, [this] { stream_->interrupt(ErrorCode::kReplaced); });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kReplaced);
  EXPECT_GT(read_all_that_is_there(), 0u);
  EXPECT_FALSE(stream_->write(std::vector<std::uint8_t>(1)));
  EXPECT_EQ(read_all_that_is_there(), 0u);
}

TEST_F(GioStreamTest, AfterAnInterruptOfAReadAGoodbyeGoesOut) {
  std::uint8_t byte = 0;
  const auto got = interrupted([&] { return stream_->read(std::span(&byte, 1), {}); },
                               [this] { stream_->interrupt(ErrorCode::kReplaced); });
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kReplaced);
  EXPECT_TRUE(stream_->write(std::vector<std::uint8_t>(10)));
  EXPECT_EQ(read_all_that_is_there(), 10u);
  EXPECT_FALSE(stream_->read(std::span(&byte, 1), {}));  // still
}

TEST_F(GioStreamTest, AGoodbyeThatThePeerDoesNotTakeHasTheDeadlineThatIsSet) {
  stream_->interrupt(ErrorCode::kCancelled);
  std::uint8_t byte = 0;
  ASSERT_FALSE(stream_->read(std::span(&byte, 1), {}));
  const auto began = Clock::now();
  stream_->set_deadline(began + 100ms);
  EXPECT_FALSE(write_much());
  EXPECT_GE(Clock::now() - began, 100ms);
  EXPECT_LT(Clock::now() - began, kPatience);
}

TEST_F(GioStreamTest, CancellingEndsEachWait) {
  for (const bool told : {false, true}) {
    SCOPED_TRACE(told);
    connect(20s);
    std::uint8_t byte = 0;
    if (told) {
      stream_->interrupt(ErrorCode::kReplaced);
      ASSERT_FALSE(stream_->read(std::span(&byte, 1), {}));
    }
    const auto written = interrupted([this] { return write_much(); }, [this] { stream_->cancel(); });
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::kCancelled);
  }
  connect(20s);
  interrupted(
      [this] {
        stream_->discard_until(Clock::now() + 20s);
        return 0;
      },
      [this] { stream_->cancel(); });
}

TEST_F(GioStreamTest, DiscardingEndsWithThePeer) {
  interrupted(
      [this] {
        stream_->discard_until(Clock::now() + 20s);
        return 0;
      },
      [this] { leave(); });
}

TEST_F(GioStreamTest, WhoWaitsToBeWokenSeesThatThePeerHasGoneBehindBytesThatAreUnread) {
  ASSERT_EQ(write(peer_, "unread", 6), 6);
  EXPECT_EQ(stream_->wait_for_wake(Clock::now() + 50ms), GioStream::Woken::kLate);
  EXPECT_FALSE(stream_->is_gone());
  stream_->wake();
  EXPECT_EQ(stream_->wait_for_wake(Clock::now() + 20s), GioStream::Woken::kWoken);
  const auto woken =
      interrupted([this] { return stream_->wait_for_wake(Clock::now() + 20s); }, [this] { leave(); });
  EXPECT_EQ(woken, GioStream::Woken::kGone);
  EXPECT_TRUE(stream_->is_gone());
  std::array<std::uint8_t, 6> bytes{};
  EXPECT_TRUE(stream_->read(bytes, {}));
}

}  // namespace
}  // namespace rtmp::test
