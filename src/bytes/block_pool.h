// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <span>
#include <vector>

namespace rtmp {

/// Allocates the memory of blocks. It maps memory from the system, and returns it to the system. The heap
/// would keep memory that was freed, if anything small that is in use lies behind it, and it would keep some
/// for each of several threads. Any thread may call any function; none blocks for long.
///
/// Sizes are rounded up to powers of two, from the size of an audio frame to that of a large key frame. A
/// slab holds several blocks of one size. It is unmapped when none of its blocks is in use; a few unused
/// slabs stay for the next blocks. A block that is larger than the largest of these sizes is mapped by
/// itself.
class BlockPool {
 public:
  /// The header in front of every block. It is as long as malloc's alignment, so the block is aligned, too.
  struct Header;
  static constexpr std::size_t kHeaderSize = 16;

  /// All of these sizes include the header.
  [[nodiscard]] static std::size_t rounded(std::size_t size);
  /// Allocates a block of a size that was rounded up. Returns null if the system has no memory.
  [[nodiscard]] Header* take(std::size_t size);
  struct Freed {
    Header* header;
    std::size_t size;  // the one that it was taken with
  };
  void give_back(std::span<const Freed> blocks);

  /// After a call of the first function, more unused memory is kept, until the second was called as often.
  void begin_demand();
  void end_demand();

 private:
  static constexpr std::size_t kSmallest = 64;
  static constexpr std::size_t kClasses = 14;
  static constexpr std::size_t kLargest = kSmallest << (kClasses - 1);  // 512 KiB
  static constexpr std::size_t kSlab = 64 << 10;
  static constexpr std::size_t kMostKept = 2 << 20;
  // More than a queue of the default size takes. A queue empties and fills again when two threads take turns.
  // Without this, its memory would be mapped anew each time.
  static constexpr std::size_t kMostKeptInDemand = 5 << 20;
  // Of blocks that were given back while there is demand. Each may keep a slab from being empty, so all of
  // them 8 MiB of slabs.
  static constexpr std::size_t kMostReturned = 128;
  static constexpr std::size_t kMostReturnedBytes = 4 << 20;
  static_assert(kMostReturnedBytes < kMostKeptInDemand);

  struct Slab;
  using Slabs = std::list<Slab*>;

  static std::size_t index(std::size_t size);
  [[nodiscard]] Header* take_of_slab(std::size_t size);
  [[nodiscard]] bool reopen_empty(std::size_t size);
  [[nodiscard]] bool map_slab(std::size_t size);
  void sort_returned();
  void sort_in(Header* header);
  [[nodiscard]] Slabs take_surplus();
  static void unmap(const Slabs& slabs);

  std::mutex mutex_;                    // guards what follows
  std::array<Slabs, kClasses> open_{};  // in use, with room; first is the slab that got a block back last
  Slabs full_;
  Slabs empty_;  // unused ones that are kept; first is the one that was in use last
  std::size_t empty_bytes_ = 0;
  // Blocks that were given back, by their sizes. Their slabs still count them. The one that was given back
  // last is taken first, without a look at its header. The thread that gives back mostly is not the one that
  // has filled the block, and would have to get the header from the other core's cache.
  std::array<std::vector<Header*>, kClasses> returned_{};
  std::size_t returned_count_ = 0;
  std::size_t returned_bytes_ = 0;
  std::size_t demands_ = 0;
};

}  // namespace rtmp
