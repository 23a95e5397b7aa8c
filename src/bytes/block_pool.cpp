// SPDX-License-Identifier: LGPL-2.1-or-later
#include "block_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace rtmp {

struct alignas(std::max_align_t) BlockPool::Header {
  Slab* slab = nullptr;    // null if the block is mapped by itself
  Header* next = nullptr;  // the next free block of the slab
};
static_assert(sizeof(BlockPool::Header) == BlockPool::kHeaderSize);

struct BlockPool::Slab {
  std::uint8_t* memory;
  std::size_t mapped;
  std::size_t block_size;
  std::size_t untouched = 0;  // where the blocks begin that have never been in use
  std::size_t in_use = 0;
  Header* free = nullptr;
  Slabs::iterator place{};  // its place in the list that it is in

  [[nodiscard]] bool full() const { return !free && untouched == mapped; }
};

namespace {

void* map(std::size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace

std::size_t BlockPool::rounded(std::size_t size) {
  constexpr std::size_t kPages = 16 << 10;  // the largest page of the systems that are supported
  if (size > kLargest) return (size + kPages - 1) / kPages * kPages;
  return std::max(kSmallest, std::bit_ceil(size));
}

std::size_t BlockPool::index(std::size_t size) {
  return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(kSmallest));
}

BlockPool::Header* BlockPool::take(std::size_t size) {
  if (size > kLargest) {
    void* memory = map(size);
    return memory ? new (memory) Header{} : nullptr;
  }
  std::lock_guard lock(mutex_);
  auto& returned = returned_[index(size)];
  if (returned.empty()) return take_of_slab(size);
  Header* header = returned.back();
  returned.pop_back();
  --returned_count_;
  returned_bytes_ -= size;
  return header;
}

BlockPool::Header* BlockPool::take_of_slab(std::size_t size) {
  Slabs& open = open_[index(size)];
  if (open.empty() && !reopen_empty(size) && !map_slab(size)) return nullptr;
  Slab& slab = *open.front();
  Header* header = slab.free;
  if (header) {
    slab.free = header->next;
  } else {
    header = new (slab.memory + slab.untouched) Header{.slab = &slab, .next = nullptr};
    slab.untouched += size;
  }
  ++slab.in_use;
  if (slab.full()) full_.splice(full_.begin(), open, slab.place);
  return header;
}

bool BlockPool::reopen_empty(std::size_t size) {
  const auto found = std::ranges::find(empty_, size, &Slab::block_size);
  if (found == empty_.end()) return false;
  Slabs& open = open_[index(size)];
  empty_bytes_ -= (*found)->mapped;
  open.splice(open.begin(), empty_, found);
  return true;
}

bool BlockPool::map_slab(std::size_t size) {
  const std::size_t mapped = std::max(size, kSlab);
  void* memory = map(mapped);
  if (!memory) return false;
  Slabs& open = open_[index(size)];
  open.push_front(new Slab{static_cast<std::uint8_t*>(memory), mapped, size});
  open.front()->place = open.begin();
  return true;
}

void BlockPool::give_back(std::span<const Freed> blocks) {
  Slabs unused;
  {
    std::lock_guard lock(mutex_);
    for (const Freed& block : blocks) {
      if (block.size > kLargest) continue;
      returned_[index(block.size)].push_back(block.header);
      returned_bytes_ += block.size;
      if (++returned_count_ > kMostReturned || returned_bytes_ > kMostReturnedBytes) sort_returned();
    }
    if (demands_ == 0) sort_returned();
    unused = take_surplus();
  }
  unmap(unused);
  for (const Freed& block : blocks)
    if (block.size > kLargest) munmap(block.header, block.size);
}

void BlockPool::sort_returned() {
  for (auto& returned : returned_) {
    for (Header* header : returned) sort_in(header);
    returned.clear();
  }
  returned_count_ = returned_bytes_ = 0;
}

void BlockPool::sort_in(Header* header) {
  Slab& slab = *header->slab;
  Slabs& open = open_[index(slab.block_size)];
  Slabs& from = slab.full() ? full_ : open;
  // The one that was freed last is used first.
  header->next = std::exchange(slab.free, header);
  if (--slab.in_use > 0) {
    open.splice(open.begin(), from, slab.place);
  } else {
    empty_.splice(empty_.begin(), from, slab.place);
    empty_bytes_ += slab.mapped;
  }
}

void BlockPool::begin_demand() {
  std::lock_guard lock(mutex_);
  ++demands_;
}

void BlockPool::end_demand() {
  Slabs unused;
  {
    std::lock_guard lock(mutex_);
    --demands_;
    sort_returned();
    unused = take_surplus();
  }
  unmap(unused);
}

BlockPool::Slabs BlockPool::take_surplus() {
  const std::size_t most = demands_ > 0 ? kMostKeptInDemand - returned_bytes_ : kMostKept;
  Slabs surplus;
  while (empty_bytes_ > most) {
    empty_bytes_ -= empty_.back()->mapped;
    surplus.splice(surplus.begin(), empty_, std::prev(empty_.end()));
  }
  return surplus;
}

void BlockPool::unmap(const Slabs& slabs) {
  for (Slab* slab : slabs) {
    munmap(slab->memory, slab->mapped);
    delete slab;
  }
}

}  // namespace rtmp
