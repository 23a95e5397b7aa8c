// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>

namespace rtmp {

/// The memory of blocks, which the system maps and has back. The heap would keep what was freed: a part of it
/// for each of some threads, as large as the most that was ever in use there, if but one small thing of
/// somebody else's lies behind it. Thread-safe.
///
/// Sizes are rounded up to powers of two, from an audio frame's to a large key frame's. A slab is mapped for
/// several blocks of one size, and goes when none of them is in use; a few of those stay for the next blocks.
/// What is larger than the largest of these sizes is rare, and is mapped by itself.
class BlockPool {
 public:
  /// In front of every block, as long as malloc's alignment, which the block behind it then has too.
  struct Header;
  static constexpr std::size_t kHeaderSize = 16;

  /// All of these sizes count the header.
  [[nodiscard]] static std::size_t rounded(std::size_t size);
  /// `size` is a rounded one. Null where the system has no memory.
  [[nodiscard]] Header* take(std::size_t size);
  void give_back(Header* header);

  /// Keeps more unused memory from here on, until as many calls of the second have followed.
  void begin_demand();
  void end_demand();

 private:
  static constexpr std::size_t kSmallest = 64;
  static constexpr std::size_t kClasses = 14;
  static constexpr std::size_t kLargest = kSmallest << (kClasses - 1);  // 512 KiB
  static constexpr std::size_t kSlab = 64 << 10;
  static constexpr std::size_t kMostKept = 2 << 20;
  // More than a queue of the default size takes: one that empties and fills again, as it does when two
  // threads take turns, would have its memory mapped anew each time.
  static constexpr std::size_t kMostKeptInDemand = 5 << 20;

  struct Slab;
  using Slabs = std::list<Slab*>;

  static std::size_t index(std::size_t size);
  [[nodiscard]] bool reopen_empty(std::size_t size);
  [[nodiscard]] bool map_slab(std::size_t size);
  [[nodiscard]] Slabs take_surplus();
  static void unmap(const Slabs& slabs);

  std::mutex mutex_;                    // guards all below
  std::array<Slabs, kClasses> open_{};  // with room, and in use; the last that a block came back to is first
  Slabs full_;
  Slabs empty_;  // kept, the last that was in use first
  std::size_t empty_bytes_ = 0;
  std::size_t demands_ = 0;
};

}  // namespace rtmp
