// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/block.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "block_pool.h"

// With a sanitizer, nothing is kept and no size is rounded up. So the sanitizer finds the use of a block that
// was freed, and a read beyond its end.
#if defined(__SANITIZE_ADDRESS__)
#define RTMP_KEEP_BLOCKS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RTMP_KEEP_BLOCKS false
#endif
#endif
#if !defined(RTMP_KEEP_BLOCKS)
#define RTMP_KEEP_BLOCKS true
#endif

namespace rtmp {
namespace {

static_assert(Block::kOverhead == BlockPool::kHeaderSize + Block::kHead + Block::kTail);

// Never destroyed: a buffer downstream may be freed after everything else.
BlockPool& pool() {
  static BlockPool& instance = *new BlockPool;
  return instance;
}

}  // namespace

std::size_t Block::held_bytes(std::size_t body_size) { return BlockPool::rounded(kOverhead + body_size); }

std::uint8_t* Block::allocate(std::size_t size) {
  void* memory = nullptr;
  if (!RTMP_KEEP_BLOCKS) {
    memory = std::malloc(size);
  } else if (auto* taken = pool().take(BlockPool::rounded(BlockPool::kHeaderSize + size))) {
    memory = reinterpret_cast<std::uint8_t*>(taken) + BlockPool::kHeaderSize;
  }
  if (!memory) std::abort();
  return static_cast<std::uint8_t*>(memory);
}

void Block::free_all(std::span<Block> blocks) {
  std::array<BlockPool::Freed, 64> freed;
  std::size_t count = 0;
  const auto give_back = [&] { pool().give_back(std::span(freed).first(std::exchange(count, 0))); };
  for (Block& block : blocks) {
    std::uint8_t* base = std::exchange(block.base_, nullptr);
    if (!base) continue;
    if (!RTMP_KEEP_BLOCKS) {
      std::free(base);
      continue;
    }
    void* header = base - BlockPool::kHeaderSize;
    freed[count++] = {static_cast<BlockPool::Header*>(header), held_bytes(block.body_size_)};
    if (count == freed.size()) give_back();
  }
  if (count > 0) give_back();
}

BlockDemand::BlockDemand() { pool().begin_demand(); }
BlockDemand::~BlockDemand() { pool().end_demand(); }

}  // namespace rtmp
