// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "byte_stream.h"
#include "rtmp/block.h"

namespace rtmp {

/// One contiguous buffer with two cursors in front of a ByteStream. Headers are looked at in place after
/// ensure(); bodies are taken with read_into(), which receives what is not here yet straight into the body.
class ReadBuffer {
 public:
  static constexpr std::size_t kDefaultCapacity = (256 << 10) - Block::kOverhead;

  explicit ReadBuffer(ByteStream& stream, std::size_t capacity = kDefaultCapacity)
      : stream_(stream), block_(capacity), memory_(block_.body().data()), capacity_(capacity) {}

  /// Blocks until n bytes (n <= capacity) lie at data(). Pointers from data() end with this call. On an
  /// error, what was buffered stays there.
  Result<void> ensure(std::size_t n) {
    if (available() >= n) [[likely]]
      return {};
    return fill(n);
  }

  [[nodiscard]] const std::uint8_t* data() const { return memory_ + begin_; }
  [[nodiscard]] std::size_t available() const { return end_ - begin_; }

  /// Drops n bytes (n <= available()).
  void skip(std::size_t n) { begin_ += n; }

  /// Blocks until all of `out` is filled: from the buffer, then from the stream directly; whatever the
  /// stream gives beyond `out` in the same call lands in the buffer. Calls `arrived` with the size of each
  /// part.
  template <class Arrived>
  Result<void> read_into(std::span<std::uint8_t> out, Arrived arrived) {
    while (!out.empty()) {
      auto got = read_some_into(out);
      if (!got) return std::move(got).error();
      arrived(*got);
      out = out.subspan(*got);
    }
    return {};
  }
  Result<void> read_into(std::span<std::uint8_t> out) {
    return read_into(out, [](std::size_t) {});
  }

 private:
  Result<void> fill(std::size_t n);
  Result<std::size_t> read_some_into(std::span<std::uint8_t> out);

  ByteStream& stream_;
  Block block_;  // mapped: what is not received into takes no memory
  std::uint8_t* memory_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace rtmp
