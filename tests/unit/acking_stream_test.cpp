// SPDX-License-Identifier: LGPL-2.1-or-later
#include "acking_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "endian.h"
#include "received.h"

namespace rtmp::test {
namespace {

/// The numbers that were acknowledged, all by messages as they should be.
std::vector<std::uint32_t> acknowledgements(const Bytes& written) {
  std::vector<std::uint32_t> numbers;
  MemoryStream peer(written);
  for (const Received& message : read_all(peer).messages) {
    EXPECT_EQ(message.type, 3);
    EXPECT_EQ(message.stream_id, 0u);
    EXPECT_EQ(message.body.size(), 4u);
    numbers.push_back(message.body.size() == 4 ? load_be32(message.body.data()) : 0);
  }
  return numbers;
}

/// A connection that says it has read all that it was asked for, and gives no byte.
class EndlessStream : public ByteStream {
 public:
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override {
    return first.size() + second.size();
  }
  Result<void> write(std::span<const std::uint8_t> bytes) override {
    written_.insert(written_.end(), bytes.begin(), bytes.end());
    return {};
  }
  [[nodiscard]] const Bytes& written() const { return written_; }

 private:
  Bytes written_;
};

/// Reads from `stream` until `total` bytes have come since the connection began, `at_most` at a time, and
/// checks that no more than `window` ever lack an acknowledgement.
template <class Peer>
void read_until(AckingStream& stream, const Peer& peer, std::uint64_t total, std::size_t at_most,
                std::uint32_t window) {
  Bytes room(at_most);
  std::uint32_t last = 0;
  std::size_t written = 0;
  while (stream.received() < total) {
    const auto got = stream.read(room, {});
    ASSERT_TRUE(got) << got.error().detail;
    ASSERT_GT(*got, 0u);
    if (peer.written().size() > written) {
      written = peer.written().size();
      last = load_be32(&peer.written()[written - 4]);
    }
    ASSERT_LE(static_cast<std::uint32_t>(stream.received()) - last, window);
  }
}

TEST(AckingStream, WritesNothingBeforeItStarts) {
  EndlessStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  Bytes room(1 << 20);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(stream.read(room, {}));
  EXPECT_TRUE(peer.written().empty());
  EXPECT_EQ(stream.received(), 8u << 20);
}

TEST(AckingStream, AcknowledgesWithinTheWindowOfThePeer) {
  for (const std::size_t at_most : {1u, 1000u, 65536u, 1u << 20}) {
    SCOPED_TRACE(at_most);
    EndlessStream peer;
    ConnectionCounters counters;
    AckingStream stream(peer, counters);
    stream.start();
    stream.set_window(65536);
    read_until(stream, peer, 1 << 20, at_most, 65536);
    const auto numbers = acknowledgements(peer.written());
    ASSERT_GE(numbers.size(), 15u);
    EXPECT_LE(numbers.size(), 32u);  // no more often than each half window
    EXPECT_EQ(std::ranges::adjacent_find(numbers, std::ranges::greater_equal()), numbers.end());
  }
}

/// An EndlessStream that says how soon more comes.
class PausingStream final : public EndlessStream {
 public:
  bool becomes_readable(std::chrono::milliseconds) override { return sends_on; }
  bool sends_on = true;
};

// FFmpeg names no window, and closes when it has written all: an acknowledgement then would cost the rest.
TEST(AckingStream, AcknowledgesNothingToAPeerThatNamesNoWindowAndSendsOn) {
  PausingStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  Bytes room(128 << 10);
  while (stream.received() < 100'000'000) ASSERT_TRUE(stream.read(room, {}));
  EXPECT_TRUE(peer.written().empty());
}

TEST(AckingStream, AcknowledgesToAPeerThatNamesNoWindowAndWaits) {
  PausingStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  Bytes room(1000);
  peer.sends_on = false;
  while (stream.received() < limits::kDefaultAckWindow / 2) ASSERT_TRUE(stream.read(room, {}));
  EXPECT_TRUE(peer.written().empty());
  ASSERT_TRUE(stream.read(room, {}));
  EXPECT_EQ(acknowledgements(peer.written()), std::vector{limits::kDefaultAckWindow / 2});
  // And a window that it names later counts from there.
  stream.set_window(limits::kMinAckWindow);
  peer.sends_on = true;
  read_until(stream, peer, stream.received() + 1'000'000, 5000, limits::kMinAckWindow);
}

// It does not wait for it. The network does, maybe, with the last of what it sent.
TEST(AckingStream, AcknowledgesNothingToAPeerThatFallsSilentFarBehindTheWindow) {
  PausingStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  Bytes room(1000);
  while (stream.received() <= 2 * limits::kDefaultAckWindow) ASSERT_TRUE(stream.read(room, {}));
  peer.sends_on = false;
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(stream.read(room, {}));
  EXPECT_TRUE(peer.written().empty());
}

TEST(AckingStream, AcknowledgesWithOneSmallMessage) {
  MemoryStream peer(Bytes(16384 + 1), {16384});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(32768);
  Bytes room(32768);
  ASSERT_TRUE(stream.read(room, {}));
  EXPECT_TRUE(peer.written().empty());
  ASSERT_TRUE(stream.read(room, {}));
  EXPECT_EQ(peer.written(), wire("02 000000 000004 03 00000000 00004000"));
}

TEST(AckingStream, BringsTheWindowIntoItsLimits) {
  const struct {
    std::uint32_t asked;
    std::size_t acknowledgements;  // of 64 MiB, at each half window
  } cases[] = {{1, (64 << 20) / (16 << 10)},
               {32767, (64 << 20) / (16 << 10)},
               {65536, (64 << 20) / (32 << 10)},
               {16 << 20, 8},
               {0x7FFFFFFF, 8},
               {0xFFFFFFFF, 8}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.asked);
    EndlessStream peer;
    ConnectionCounters counters;
    AckingStream stream(peer, counters);
    stream.start();
    stream.set_window(c.asked);
    Bytes room(8 << 10);
    while (stream.received() <= 64 << 20) ASSERT_TRUE(stream.read(room, {}));
    EXPECT_EQ(acknowledgements(peer.written()).size(), c.acknowledgements);
  }
}

TEST(AckingStream, PassesOverAWindowOf0) {
  EndlessStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(65536);
  stream.set_window(0);
  read_until(stream, peer, 1 << 20, 1000, 65536);
  EXPECT_EQ(acknowledgements(peer.written()).front(), 33'000u);  // the first read behind half of the window
}

TEST(AckingStream, KeepsToAWindowThatShrinks) {
  EndlessStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  Bytes room(1'200'000);
  ASSERT_TRUE(stream.read(room, {}));  // less than half of the first window, more than the next
  EXPECT_TRUE(peer.written().empty());
  stream.set_window(32768);
  read_until(stream, peer, 1'300'000, 1 << 20, 32768);
  EXPECT_EQ(acknowledgements(peer.written()).front(), 1'200'000u);
}

TEST(AckingStream, KeepsToItsLimitsInRoomThatItAsksFor) {
  EndlessStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  Bytes room(1 << 20);
  const auto read = [&] { return stream.read_when_there([&] { return std::span(room); }); };
  stream.allow(100'000);
  EXPECT_EQ(*read(), 100'000u);
  EXPECT_EQ(read().error().code, ErrorCode::kLimitExceeded);

  stream.allow_any_number();
  stream.start();
  stream.set_window(65536);
  EXPECT_EQ(*read(), 65536u);
  EXPECT_EQ(*read(), 65536u);
  EXPECT_EQ(acknowledgements(peer.written()), (std::vector<std::uint32_t>{100'000, 165'536}));
}

TEST(AckingStream, CountsTheBytesBeforeItStarts) {
  MemoryStream peer(Bytes(3073 + 20'000), {3073, 3073 + 16384});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  Bytes room(32768);
  ASSERT_TRUE(stream.read(room, {}));
  stream.start();
  stream.set_window(32768);
  ASSERT_TRUE(stream.read(room, {}));
  ASSERT_TRUE(stream.read(room, {}));
  EXPECT_EQ(acknowledgements(peer.written()), (std::vector<std::uint32_t>{3073 + 16384}));
}

TEST(AckingStream, GoesOnCountingAfter4GiB) {
  EndlessStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(16 << 20);
  const std::uint64_t total = (std::uint64_t{1} << 32) + (64 << 20);
  read_until(stream, peer, total, 12 << 20, 16 << 20);
  const auto numbers = acknowledgements(peer.written());
  const auto wrap = std::ranges::adjacent_find(numbers, std::ranges::greater());
  ASSERT_NE(wrap, numbers.end());
  EXPECT_GT(wrap[0], 0xFF000000u);
  EXPECT_LT(wrap[1], 0x01000000u);
  EXPECT_TRUE(std::ranges::is_sorted(wrap + 1, numbers.end()));
}

TEST(AckingStream, ReadsIntoBothPlacesInOrder) {
  MemoryStream peer(wire("'abcdefgh'"));
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  Bytes first(3);
  Bytes second(4);
  auto got = stream.read(first, second);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 7u);
  EXPECT_EQ(join({first, second}), wire("'abcdefg'"));
  EXPECT_EQ(stream.received(), 7u);
}

TEST(AckingStream, LimitsWhatItReadsToTheWindowInBothPlaces) {
  EndlessStream peer;
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(32768);
  Bytes first(30'000);
  Bytes second(30'000);
  auto got = stream.read(first, second);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 32768u);
}

TEST(AckingStream, EndsAtTheNumberOfBytesThatIsAllowed) {
  MemoryStream peer(wire("'abcdefghij'"));
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  Bytes room(3);
  ASSERT_TRUE(stream.read(room, {}));
  stream.allow(5);
  ASSERT_TRUE(stream.read(room, {}));
  Bytes more(9);
  const auto last = stream.read(room, more);
  ASSERT_TRUE(last);
  EXPECT_EQ(*last, 2u);
  const auto beyond = stream.read(room, more);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(peer.delivered(), 8u);

  stream.allow_any_number();
  const auto rest = stream.read(room, more);
  ASSERT_TRUE(rest);
  EXPECT_EQ(*rest, 2u);
}

TEST(AckingStream, KeepsToBothItsWindowAndItsNumberOfBytes) {
  const struct {
    std::uint64_t allowed;
    std::size_t read;
  } cases[] = {{40'000, 32768}, {32768, 32768}, {32767, 32767}, {10, 10}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.allowed);
    EndlessStream peer;
    ConnectionCounters counters;
    AckingStream stream(peer, counters);
    stream.start();
    stream.set_window(32768);
    stream.allow(c.allowed);
    Bytes first(20'000);
    Bytes second(30'000);
    const auto got = stream.read(first, second);
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, c.read);
  }
}

TEST(AckingStream, ReportsAReadThatFails) {
  MemoryStream peer(wire("'a'"));
  peer.end_with({ErrorCode::kReset, "gone"});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  Bytes room(8);
  ASSERT_TRUE(stream.read(room, {}));
  const auto failed = stream.read(room, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kReset);
  EXPECT_EQ(stream.received(), 1u);
}

TEST(AckingStream, ReportsAnAcknowledgementThatCannotBeWritten) {
  MemoryStream peer(Bytes(40'000), {20'000});
  peer.fail_writes_with({ErrorCode::kTimedOut, "full"});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(32768);
  Bytes room(32768);
  ASSERT_TRUE(stream.read(room, {}));
  const auto failed = stream.read(room, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kTimedOut);
  EXPECT_EQ(peer.delivered(), 20'000u);
}

TEST(AckingStream, WritesThrough) {
  MemoryStream peer({});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  ASSERT_TRUE(stream.write(wire("010203")));
  EXPECT_EQ(peer.written(), wire("010203"));
}

TEST(AckingStream, CountsWhatThePeerAcknowledgesBeyond32Bits) {
  MemoryStream peer({});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  const struct {
    std::uint64_t written;
    std::uint32_t number;
    std::uint64_t acknowledged;
  } steps[] = {
      {5'000, 3'073, 3'073},
      {0xFFFFFFFF, 0xFFFFFF00, 0xFFFFFF00},
      {0x1'0000'0010, 0xFFFFFFF0, 0xFFFFFFF0},
      {0x1'0000'0010, 0x10, 0x1'0000'0010},
      {0x3'8000'0000, 0x70000000, 0x3'7000'0000},
      {0x3'8000'0000, 0x90000000, 0x2'9000'0000},
  };
  for (const auto& step : steps) {
    counters.out_bytes_total.set(step.written);
    stream.acknowledged(step.number);
    EXPECT_EQ(counters.out_bytes_acked.get(), step.acknowledged);
  }
  // More than was written cannot be.
  counters.out_bytes_total.set(100);
  counters.out_bytes_acked.set(50);
  stream.acknowledged(200);
  EXPECT_EQ(counters.out_bytes_acked.get(), 50u);
}

TEST(AckingStream, ReadsAllOfAPeerThatIsNoLongerThereToBeTold) {
  constexpr std::size_t kSize = 1 << 20;
  MemoryStream peer(Bytes(kSize, 7), split_every(10'000, kSize));
  peer.fail_writes_with({ErrorCode::kReset, "gone"});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(limits::kMinAckWindow);
  Bytes room(65536);
  auto got = stream.read(room, {});
  while (got) got = stream.read(room, {});
  EXPECT_EQ(stream.received(), kSize);
  EXPECT_EQ(got.error().code, ErrorCode::kEndOfStream);
  EXPECT_EQ(counters.out_bytes_total.get(), 0u);
}

}  // namespace
}  // namespace rtmp::test
