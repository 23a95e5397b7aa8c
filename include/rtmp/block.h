// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace rtmp {

/// The memory of one message, with room for the FLV tag that it may become: kHead bytes before the body and
/// kTail behind it. Move-only; empty after a move. The process keeps some freed blocks for the next ones: a
/// frame's worth of memory that is still in the cache, and need not be mapped again; see BlockDemand.
class Block {
 public:
  static constexpr std::size_t kHead = 11;  // FLV tag header
  static constexpr std::size_t kTail = 4;   // PreviousTagSize
  /// What a block takes beyond its body, before its size is rounded up: kHead, kTail, and what the allocator
  /// notes down of it.
  static constexpr std::size_t kOverhead = 16 + kHead + kTail;

  Block() = default;
  /// Its bytes are not initialised. Ends the process where there is no memory: the size has met its limit.
  explicit Block(std::size_t body_size) : base_(allocate(kHead + body_size + kTail)), body_size_(body_size) {}

  [[nodiscard]] std::uint8_t* base() { return base_.get(); }
  [[nodiscard]] const std::uint8_t* base() const { return base_.get(); }
  [[nodiscard]] std::size_t capacity() const { return base_ ? kHead + body_size_ + kTail : 0; }
  [[nodiscard]] std::span<std::uint8_t> body() { return {base_.get() + kHead, body_size_}; }
  [[nodiscard]] std::span<const std::uint8_t> body() const { return {base_.get() + kHead, body_size_}; }
  explicit operator bool() const { return base_ != nullptr; }

  /// The memory that it takes, in bytes: all of it, once each of its pages has been written to.
  [[nodiscard]] std::size_t held_bytes() const { return base_ ? held_bytes(body_size_) : 0; }
  /// The same of a block with such a body.
  [[nodiscard]] static std::size_t held_bytes(std::size_t body_size);

  /// The memory, from base(), now the caller's to free(), on any thread.
  [[nodiscard]] std::uint8_t* release() { return base_.release(); }
  static void free(void* released);

 private:
  static std::uint8_t* allocate(std::size_t size);
  struct Free {
    void operator()(std::uint8_t* p) const { Block::free(p); }
  };
  std::unique_ptr<std::uint8_t, Free> base_;
  std::size_t body_size_ = 0;
};

/// Somebody goes on to need blocks. While there is one of these, the process keeps more of the freed blocks:
/// as many as a queue has that empties and fills again.
class BlockDemand {
 public:
  BlockDemand();
  ~BlockDemand();
  BlockDemand(const BlockDemand&) = delete;
  BlockDemand& operator=(const BlockDemand&) = delete;
};

}  // namespace rtmp
