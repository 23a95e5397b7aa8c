// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/block.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

// Under a sanitizer nothing is kept, and no size rounded up, so that whoever uses a block that was freed, or
// reads behind one, is found out.
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

// Sizes are rounded up to powers of two, from an audio frame's to a large key frame's; what is larger is
// rare, and mapped: the system has it back at once. The heap would keep what was freed, once for each of some
// threads, and a publisher may have 32 MiB.
constexpr std::size_t kSmallest = 512;
constexpr std::size_t kClasses = 11;  // up to 512 KiB
constexpr std::size_t kMostKept = 2 << 20;

// In front of every block; as long as malloc's alignment, which the block behind it then has too.
struct alignas(std::max_align_t) Header {
  std::size_t size;
  Header* next;  // while it is kept
};

class Pool {
 public:
  // Nothing if none of that size is kept.
  Header* take(std::size_t size) {
    std::lock_guard lock(mutex_);
    Header*& first = kept_[index(size)];
    Header* header = first;
    if (header) {
      first = header->next;
      kept_bytes_ -= size;
    }
    return header;
  }

  bool keep(Header* header) {
    std::lock_guard lock(mutex_);
    if (kept_bytes_ + header->size > kMostKept) return false;
    // The one that was freed last is used first.
    header->next = std::exchange(kept_[index(header->size)], header);
    kept_bytes_ += header->size;
    return true;
  }

  static constexpr bool handles(std::size_t size) { return size <= kSmallest << (kClasses - 1); }

 private:
  static std::size_t index(std::size_t size) {
    return static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(kSmallest));
  }

  std::mutex mutex_;
  std::array<Header*, kClasses> kept_{};
  std::size_t kept_bytes_ = 0;
};

// Never destroyed: a buffer downstream may be freed after everything else.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

Header* map(std::size_t size) {
  void* memory =
      mmap(nullptr, sizeof(Header) + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) Header{size, nullptr};
}

Header* from_heap(std::size_t size) {
  void* memory = std::malloc(sizeof(Header) + size);
  return memory ? new (memory) Header{size, nullptr} : nullptr;
}

constexpr bool is_mapped(std::size_t size) { return RTMP_KEEP_BLOCKS && !Pool::handles(size); }

}  // namespace

std::uint8_t* Block::allocate(std::size_t size) {
  Header* header = nullptr;
  if (is_mapped(size)) {
    header = map(size);
  } else if (RTMP_KEEP_BLOCKS) {
    size = std::max(kSmallest, std::bit_ceil(size));
    header = pool().take(size);
    if (!header) header = from_heap(size);
  } else {
    header = from_heap(size);
  }
  if (!header) std::abort();
  return reinterpret_cast<std::uint8_t*>(header + 1);
}

void Block::free(void* released) {
  if (!released) return;
  Header* header = static_cast<Header*>(released) - 1;
  if (is_mapped(header->size))
    munmap(header, sizeof(Header) + header->size);
  else if (!RTMP_KEEP_BLOCKS || !pool().keep(header))
    std::free(header);
}

}  // namespace rtmp
