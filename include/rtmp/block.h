// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

namespace rtmp {

/// The memory of one message, with room for the FLV tag that it may become: kHead bytes before the body and
/// kTail behind it. Move-only; empty after a move. Plain heap memory, so that release() can hand it to
/// whoever calls std::free() on it.
class Block {
 public:
  static constexpr std::size_t kHead = 11;  // FLV tag header
  static constexpr std::size_t kTail = 4;   // PreviousTagSize

  Block() = default;
  explicit Block(std::size_t body_size)
      : base_(static_cast<std::uint8_t*>(std::malloc(kHead + body_size + kTail))), body_size_(body_size) {
    if (!base_) std::abort();  // the length has met its limit; a machine without 16 MiB has no way on
  }

  [[nodiscard]] std::uint8_t* base() { return base_.get(); }
  [[nodiscard]] const std::uint8_t* base() const { return base_.get(); }
  [[nodiscard]] std::size_t capacity() const { return base_ ? kHead + body_size_ + kTail : 0; }
  [[nodiscard]] std::span<std::uint8_t> body() { return {base_.get() + kHead, body_size_}; }
  [[nodiscard]] std::span<const std::uint8_t> body() const { return {base_.get() + kHead, body_size_}; }
  explicit operator bool() const { return base_ != nullptr; }

  /// The memory, from base(), now the caller's to std::free().
  [[nodiscard]] std::uint8_t* release() { return base_.release(); }

 private:
  struct Free {
    void operator()(std::uint8_t* p) const { std::free(p); }
  };
  std::unique_ptr<std::uint8_t, Free> base_;
  std::size_t body_size_ = 0;
};

}  // namespace rtmp
