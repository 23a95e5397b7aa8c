// SPDX-License-Identifier: LGPL-2.1-or-later
#include "read_buffer.h"

#include <gtest/gtest.h>

#include <numeric>

#include "memory_stream.h"

namespace rtmp::test {
namespace {

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

Bytes buffered(const ReadBuffer& buffer) { return {buffer.data(), buffer.data() + buffer.available()}; }

Bytes slice(const Bytes& bytes, std::size_t from, std::size_t to) {
  return Bytes(bytes.begin() + from, bytes.begin() + to);
}

TEST(ReadBuffer, EnsureGathersItsBytesHoweverTheyArrive) {
  const Bytes sent = counting(30);
  for_each_split(sent, [&](MemoryStream& peer) {
    ReadBuffer buffer(peer);
    std::size_t at = 0;
    for (const std::size_t n : {1u, 11u, 0u, 18u}) {
      ASSERT_TRUE(buffer.ensure(n));
      ASSERT_GE(buffer.available(), n);
      EXPECT_EQ(Bytes(buffer.data(), buffer.data() + n), slice(sent, at, at + n));
      buffer.skip(n);
      at += n;
    }
    EXPECT_EQ(buffer.available(), 0u);
  });
}

TEST(ReadBuffer, EnsureDoesNotReadWhatIsBuffered) {
  MemoryStream peer(counting(10), {4});
  ReadBuffer buffer(peer);
  ASSERT_TRUE(buffer.ensure(1));
  ASSERT_TRUE(buffer.ensure(4));
  EXPECT_EQ(peer.delivered(), 4u);
  ASSERT_TRUE(buffer.ensure(5));
  EXPECT_EQ(peer.delivered(), 10u);
}

TEST(ReadBuffer, EnsureOfTheWholeCapacityMovesWhatIsLeftToTheFront) {
  const Bytes sent = counting(40);
  for_each_split(sent, [&](MemoryStream& peer) {
    ReadBuffer buffer(peer, 8);
    for (std::size_t at = 0; at + 8 <= sent.size(); at += 3) {
      ASSERT_TRUE(buffer.ensure(8));
      EXPECT_EQ(buffered(buffer), slice(sent, at, at + 8));
      buffer.skip(3);
    }
  });
}

TEST(ReadBuffer, EnsureKeepsWhatIsBufferedWhenThePeerEnds) {
  for_each_split(counting(5), [](MemoryStream& peer) {
    ReadBuffer buffer(peer);
    ASSERT_TRUE(buffer.ensure(2));
    buffer.skip(2);
    const auto ended = buffer.ensure(4);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::kEndOfStream);
    EXPECT_EQ(buffered(buffer), (Bytes{2, 3, 4}));
    EXPECT_TRUE(buffer.ensure(3));
    EXPECT_FALSE(buffer.ensure(4)) << "an end is an end";
  });
}

TEST(ReadBuffer, ReadIntoTakesFromTheBufferThenFromTheStreamThenBuffersTheSurplus) {
  const Bytes sent = counting(50);
  for_each_split(sent, [&](MemoryStream& peer) {
    ReadBuffer buffer(peer, 16);
    Bytes body(20);
    for (std::size_t at = 0; at < sent.size(); at += 25) {
      ASSERT_TRUE(buffer.ensure(5));
      buffer.skip(5);
      ASSERT_TRUE(buffer.read_into(body));
      EXPECT_EQ(body, slice(sent, at + 5, at + 25));
    }
    EXPECT_EQ(buffer.available(), 0u);
  });
}

TEST(ReadBuffer, ReadIntoReceivesDirectlyAndKeepsTheSurplusOfTheSameRead) {
  MemoryStream peer(counting(12));
  ReadBuffer buffer(peer, 16);
  Bytes body(10);
  ASSERT_TRUE(buffer.read_into(body));
  EXPECT_EQ(body, counting(10));
  EXPECT_EQ(buffered(buffer), (Bytes{10, 11}));
}

TEST(ReadBuffer, ReadIntoTakesMoreThanTheCapacity) {
  const Bytes sent = counting(1000);
  for_each_split(sent, [&](MemoryStream& peer) {
    ReadBuffer buffer(peer, 16);
    Bytes body(1000);
    ASSERT_TRUE(buffer.read_into(body));
    EXPECT_EQ(body, sent);
  });
}

TEST(ReadBuffer, ReadIntoNothingDoesNotWait) {
  MemoryStream peer({});
  ReadBuffer buffer(peer);
  Bytes no_room(1);
  EXPECT_TRUE(buffer.read_into(std::span(no_room).first(0)));
}

TEST(ReadBuffer, ReadIntoReportsWhatEndedThePeerInMidBody) {
  for_each_split(counting(9), [](MemoryStream& peer) {
    peer.end_with({ErrorCode::kReset, "reset"});
    ReadBuffer buffer(peer);
    Bytes body(10);
    const auto cut = buffer.read_into(body);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, ErrorCode::kReset);
    EXPECT_EQ(buffer.available(), 0u);
  });
}

/// A peer that notes whether the buffer has memory when it begins to wait for something to read.
class WatchedStream : public MemoryStream {
 public:
  using MemoryStream::MemoryStream;

  Result<std::size_t> read_when_there(const Room& room) override {
    had_memory.push_back(buffer->has_memory());
    return MemoryStream::read_when_there(room);
  }

  const ReadBuffer* buffer = nullptr;
  std::vector<bool> had_memory;
};

// Otherwise each of many streams would keep what it was read into.
TEST(ReadBuffer, HasNoMemoryWhileItWaitsWithNothingInIt) {
  const Bytes sent = counting(60);
  WatchedStream peer(sent, {20, 25, 40});
  ReadBuffer buffer(peer);
  peer.buffer = &buffer;
  ASSERT_TRUE(buffer.ensure(20));
  buffer.skip(20);
  ASSERT_TRUE(buffer.ensure(10));  // 5 are there, and stay while it waits for 5 more
  EXPECT_EQ(buffered(buffer), slice(sent, 20, 40));
  Bytes body(30);
  ASSERT_TRUE(buffer.read_into(body));
  EXPECT_EQ(body, slice(sent, 20, 50));
  EXPECT_EQ(buffered(buffer), slice(sent, 50, 60));
  buffer.skip(10);
  EXPECT_FALSE(buffer.ensure(1));
  EXPECT_EQ(peer.had_memory, (std::vector<bool>{false, false, false}));
}

TEST(ReadBuffer, KeepsWhatIsInItWhenMoreIsAskedForThanItHasMemoryFor) {
  const Bytes sent = counting(100'000);
  MemoryStream peer(sent, {10, 20'000});
  ReadBuffer buffer(peer);
  ASSERT_TRUE(buffer.ensure(8));
  buffer.skip(3);
  ASSERT_TRUE(buffer.ensure(90'000));
  EXPECT_EQ(buffered(buffer), slice(sent, 3, 3 + buffer.available()));
}

TEST(MemoryStream, SplitsRandomlyTheSameForOneSeed) {
  const SplitPoints splits = split_randomly(1, 100'000);
  EXPECT_EQ(splits, split_randomly(1, 100'000));
  EXPECT_NE(splits, split_randomly(2, 100'000));

  const Bytes sent = counting(100'000);
  MemoryStream peer(sent, splits);
  ReadBuffer buffer(peer, 64);
  Bytes body(100'000);
  ASSERT_TRUE(buffer.read_into(body));
  EXPECT_EQ(body, sent);
}

// What is touched once stays in memory, so a stream in real time should not touch all of the buffer.
TEST(ReadBuffer, ReadsLittleUntilThePeerIsFasterThanTheReader) {
  constexpr std::size_t kLittle = (16 << 10) - Block::kOverhead;
  MemoryStream peer(Bytes(2 << 20, 7));
  ReadBuffer buffer(peer);
  std::vector<std::size_t> reads;
  while (reads.empty() || reads.back() < ReadBuffer::kDefaultCapacity) {
    const std::size_t before = peer.delivered();
    ASSERT_TRUE(buffer.ensure(1));
    reads.push_back(peer.delivered() - before);
    buffer.skip(buffer.available());
  }
  EXPECT_EQ(reads, (std::vector<std::size_t>{kLittle, kLittle, 2 * kLittle, 4 * kLittle, 8 * kLittle,
                                             16 * kLittle, ReadBuffer::kDefaultCapacity}));
}

// The rest of a large frame goes past the buffer.
TEST(ReadBuffer, ReadsAsLittleWhenLargeMessagesComeInRealTime) {
  constexpr std::size_t kLittle = (16 << 10) - Block::kOverhead;
  constexpr std::size_t kMessage = 100 << 10;
  constexpr std::size_t kMessages = 20;
  SplitPoints ends;
  for (std::size_t i = 1; i <= kMessages; ++i) ends.push_back(i * kMessage);
  MemoryStream peer(Bytes(kMessages * kMessage, 7), ends);
  ReadBuffer buffer(peer);
  Bytes message(kMessage);
  for (std::size_t i = 0; i < kMessages; ++i) {
    ASSERT_TRUE(buffer.ensure(1));
    EXPECT_EQ(buffer.available(), kLittle);
    ASSERT_TRUE(buffer.read_into(message));
    EXPECT_EQ(buffer.available(), 0u);
  }
}

}  // namespace
}  // namespace rtmp::test
