// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace rtmp {

/// The memory of one message. It has room for the FLV tag that the message may become: kHead bytes in front
/// of the body and kTail bytes behind it. A Block can be moved and not copied, and is empty after a move. The
/// process keeps some of the blocks that were freed and uses them again, because their memory is mapped and
/// may still be in the cache. BlockDemand says how many it keeps. Any thread may use a Block, one at a time.
class Block {
 public:
  static constexpr std::size_t kHead = 11;  // the header of an FLV tag
  static constexpr std::size_t kTail = 4;   // PreviousTagSize
  /// The bytes that a block takes beyond its body, before its size is rounded up: kHead, kTail, and what the
  /// allocator needs.
  static constexpr std::size_t kOverhead = 16 + kHead + kTail;

  Block() = default;
  ~Block() {
    if (base_) free();
  }
  Block(Block&& other) noexcept : base_(std::exchange(other.base_, nullptr)), body_size_(other.body_size_) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(body_size_, other.body_size_);
    if (other.base_) other.free();
    return *this;
  }
  /// Allocates a block whose bytes are not initialised. The caller has checked the size against a limit. The
  /// process ends if there is no memory.
  explicit Block(std::size_t body_size) : base_(allocate(kHead + body_size + kTail)), body_size_(body_size) {}

  [[nodiscard]] std::uint8_t* base() { return base_; }
  [[nodiscard]] const std::uint8_t* base() const { return base_; }
  [[nodiscard]] std::size_t capacity() const { return base_ ? kHead + body_size_ + kTail : 0; }
  [[nodiscard]] std::span<std::uint8_t> body() { return {base_ + kHead, body_size_}; }
  [[nodiscard]] std::span<const std::uint8_t> body() const { return {base_ + kHead, body_size_}; }
  explicit operator bool() const { return base_ != nullptr; }

  /// Returns how much memory the block takes, in bytes, once each of its pages has been written to.
  [[nodiscard]] std::size_t held_bytes() const { return base_ ? held_bytes(body_size_) : 0; }
  /// The same for a block with a body of this size.
  [[nodiscard]] static std::size_t held_bytes(std::size_t body_size);

  /// Frees the memory of all of these blocks, which are empty then. That costs less than to free one after
  /// the other.
  static void free_all(std::span<Block> blocks);

 private:
  static std::uint8_t* allocate(std::size_t size);
  void free() { free_all({this, 1}); }

  std::uint8_t* base_ = nullptr;
  std::size_t body_size_ = 0;
};

/// While an object of this class exists, the process keeps more of the blocks that were freed: as many as a
/// queue needs that empties and fills again. A connection has one. Any thread may make and delete it.
class BlockDemand {
 public:
  BlockDemand();
  ~BlockDemand();
  BlockDemand(const BlockDemand&) = delete;
  BlockDemand& operator=(const BlockDemand&) = delete;
};

}  // namespace rtmp
