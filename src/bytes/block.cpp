// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/block.h"

#include <cstdlib>

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

void Block::free(void* released) {
  if (!released) return;
  if (!RTMP_KEEP_BLOCKS) {
    std::free(released);
    return;
  }
  void* header = static_cast<std::uint8_t*>(released) - BlockPool::kHeaderSize;
  pool().give_back(static_cast<BlockPool::Header*>(header));
}

BlockDemand::BlockDemand() { pool().begin_demand(); }
BlockDemand::~BlockDemand() { pool().end_demand(); }

}  // namespace rtmp
