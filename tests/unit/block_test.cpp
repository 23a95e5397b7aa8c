// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/block.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include "slowness.h"

namespace rtmp {
namespace {

TEST(Block, HasRoomForTheTagAroundItsBody) {
  Block block(100);
  EXPECT_EQ(block.capacity(), 11u + 100 + 4);
  EXPECT_EQ(block.body().size(), 100u);
  EXPECT_EQ(block.body().data(), block.base() + 11);
  EXPECT_FALSE(Block());
  EXPECT_EQ(Block().capacity(), 0u);
}

TEST(Block, OwnsItsMemoryAlone) {
  // Of every class of the pool, its borders, and beyond it; each filled, none may reach into another.
  std::vector<Block> blocks;
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= 2 << 20; size = size * 2 + 1)
    for (std::size_t n : {size, size + 1, size > 0 ? size - 1 : 0}) sizes.push_back(n);
  for (int round = 0; round < 3; ++round) {
    blocks.clear();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      blocks.emplace_back(sizes[i]);
      std::fill_n(blocks.back().base(), blocks.back().capacity(), static_cast<std::uint8_t>(i));
    }
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      ASSERT_TRUE(std::all_of(blocks[i].base(), blocks[i].base() + blocks[i].capacity(),
                              [&](std::uint8_t b) { return b == static_cast<std::uint8_t>(i); }))
          << "size " << sizes[i];
    }
  }
}

TEST(Block, MovesItsMemory) {
  Block first(10);
  std::uint8_t* memory = first.base();
  Block second = std::move(first);
  EXPECT_EQ(second.base(), memory);
  EXPECT_FALSE(first);
  first = std::move(second);
  EXPECT_EQ(first.base(), memory);
  EXPECT_EQ(first.body().size(), 10u);
  EXPECT_FALSE(second);
  second = Block(20);
  first = std::move(second);
  EXPECT_EQ(first.body().size(), 20u);
  EXPECT_FALSE(second);
}

TEST(Block, KnowsWhatItHolds) {
  EXPECT_EQ(Block().held_bytes(), 0u);
  for (std::size_t size = 0; size <= 2 << 20; size = size * 2 + 1) {
    const Block block(size);
    EXPECT_GE(block.held_bytes(), Block::kOverhead + size);
    EXPECT_EQ(block.held_bytes(), Block::held_bytes(size));
    // Never twice as much, but for the smallest.
    EXPECT_LT(block.held_bytes(), 2 * (Block::kOverhead + size) + 32) << size;
  }
  EXPECT_EQ(Block(33).held_bytes(), 64u);
  EXPECT_EQ(Block(34).held_bytes(), 128u);
}

#if defined(__linux__)
// Pages of this process that are in memory, in bytes.
std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, pages = 0;
  file >> total >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Block, GivesTheSystemBackWhatWasLargeWhicheverThreadFreesIt) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers keep what was freed";
  constexpr std::size_t kThreads = 8;  // a part of the heap for each
  constexpr std::size_t kLarge = 8 << 20;
  const std::size_t before = resident();
  std::barrier all(kThreads + 1);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        Block first(kLarge), second(kLarge);
        std::fill_n(first.base(), kLarge, std::uint8_t{1});
        std::fill_n(second.base(), kLarge, std::uint8_t{1});
      }
      all.arrive_and_wait();
      all.arrive_and_wait();
    });
  }
  all.arrive_and_wait();
  EXPECT_LT(resident(), before + kLarge);
  all.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();
}

TEST(Block, IsFreedTogetherWithOthers) {
  std::vector<Block> none(3);
  Block::free_all(none);
  Block::free_all({});
  const std::size_t before = resident();
  for (const std::size_t size : {100u, 20'000u, 500'000u, 1'000'000u}) {
    constexpr std::size_t kAll = 16 << 20;
    std::vector<Block> blocks(kAll / Block::held_bytes(size));
    for (int round = 0; round < 3; ++round) {
      for (Block& block : blocks) {
        block = Block(size);
        std::fill_n(block.base(), block.capacity(), std::uint8_t{1});
      }
      blocks[1] = Block();
      Block::free_all(blocks);
      EXPECT_TRUE(std::ranges::none_of(blocks, [](const Block& block) { return static_cast<bool>(block); }));
    }
    if (test::kSanitized) continue;  // they keep what was freed
    EXPECT_LT(resident(), before + (4 << 20)) << size;
  }
}

// A queue that empties and fills again needs no page that it has not had, until the demand ends.
TEST(Block, IsKeptWhileThereIsDemand) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers have an allocator of their own";
  const auto fill_and_empty = [] {
    constexpr std::size_t kSize = 60'000;  // 64 KiB
    constexpr std::size_t kQueue = 4 << 20;
    std::vector<Block> blocks;
    while (blocks.size() * Block::held_bytes(kSize) < kQueue) {
      blocks.emplace_back(kSize);
      std::fill_n(blocks.back().base(), blocks.back().capacity(), std::uint8_t{1});
    }
  };
  fill_and_empty();
  const std::size_t without = resident();
  {
    const BlockDemand demand;
    const BlockDemand another;
    fill_and_empty();
    const std::size_t with = resident();
    EXPECT_GT(with, without + (1 << 20));
    fill_and_empty();
    EXPECT_LT(resident(), with + (1 << 20));
  }
  EXPECT_LT(resident(), without + (1 << 20));
}

// Whatever sizes there were, and in whichever order they are freed.
TEST(Block, KeepsNoMoreInDemandThanAQueueNeeds) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers have an allocator of their own";
  const BlockDemand demand;
  const std::size_t before = resident();
  for (const std::size_t size : {300'000u, 60'000u, 20'000u, 2'000u, 100u}) {
    constexpr std::size_t kAll = 32 << 20;
    std::vector<Block> blocks(kAll / Block::held_bytes(size));
    for (Block& block : blocks) {
      block = Block(size);
      std::fill_n(block.base(), block.capacity(), std::uint8_t{1});
    }
    std::minstd_rand random(1);
    std::ranges::shuffle(blocks, random);
    Block::free_all(blocks);
  }
  EXPECT_LT(resident(), before + ((5 + 8 + 1) << 20));
}

TEST(Block, HoldsNoMoreThanItSays) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers have an allocator of their own";
  for (const std::size_t size : {0u, 2u, 100u, 1'000u, 20'000u, 300'000u}) {
    constexpr std::size_t kAll = 32 << 20;
    std::vector<Block> blocks(kAll / Block::held_bytes(size));  // in memory before it is looked at
    blocks.clear();
    const std::size_t before = resident();
    std::size_t held = 0;
    while (held + Block::held_bytes(size) <= kAll) {
      blocks.emplace_back(size);
      std::fill_n(blocks.back().base(), blocks.back().capacity(), std::uint8_t{1});
      held += blocks.back().held_bytes();
    }
    const std::size_t most = resident();
    EXPECT_LT(most, before + held + (2 << 20)) << size;
    // And next to nothing is left.
    blocks.clear();
    EXPECT_LT(resident(), before + (4 << 20)) << size;
  }
}
#endif

}  // namespace
}  // namespace rtmp
