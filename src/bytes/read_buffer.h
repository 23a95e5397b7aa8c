// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "byte_stream.h"
#include "rtmp/block.h"

namespace rtmp {

/// A buffer in front of a ByteStream, in one piece of memory with two cursors. Headers are read in place
/// after ensure(). Bodies are read with read_into(), which receives straight into the body what is not in the
/// buffer.
///
/// A stream in real time needs little memory, and none while it waits: it takes a block when something has
/// come, and gives it back when ensure() finds nothing in it. So many streams share what is in the
/// processor's cache. From the time on at which the peer sends faster than it is read, the buffer has all of
/// its capacity.
class ReadBuffer {
 public:
  static constexpr std::size_t kDefaultCapacity = (256 << 10) - Block::kOverhead;

  explicit ReadBuffer(ByteStream& stream, std::size_t capacity = kDefaultCapacity)
      : stream_(stream), capacity_(capacity), offered_(std::min(capacity, kFirstOffered)) {}

  /// Blocks until n bytes (n <= capacity) lie at data(). Pointers from an earlier data() become invalid. On
  /// an error, the buffered bytes stay.
  Result<void> ensure(std::size_t n) {
    if (available() >= n) [[likely]]
      return {};
    return fill(n);
  }

  [[nodiscard]] const std::uint8_t* data() const { return memory_ + begin_; }
  /// Returns whether the buffer has memory now.
  [[nodiscard]] bool has_memory() const { return memory_ != nullptr; }
  [[nodiscard]] std::size_t available() const { return end_ - begin_; }

  /// Drops n bytes (n <= available()).
  void skip(std::size_t n) { begin_ += n; }

  /// Blocks until all of `out` is filled, from the buffer first and then from the stream. If the stream gives
  /// more in the same call, that goes into the buffer. Calls `arrived` with the size of each part, in bytes.
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
  // A stream in real time needs no more, and a large frame of it goes past the buffer. With its overhead, the
  // block has four pages.
  static constexpr std::size_t kFirstOffered = (16 << 10) - Block::kOverhead;

  Result<void> fill(std::size_t n);
  void reserve(std::size_t size);
  Result<std::size_t> read_into_new(std::size_t most);
  Result<std::size_t> read_behind(std::size_t most);
  void note(bool filled);
  Result<std::size_t> read_some_into(std::span<std::uint8_t> out);

  ByteStream& stream_;
  Block block_{};  // the memory; empty, or of a size that was offered
  std::uint8_t* memory_ = nullptr;
  std::size_t capacity_;
  // How much of the buffer a read may fill. It is doubled when two reads in turn have filled all that they
  // were offered: then the peer sends faster than it is read.
  std::size_t offered_;
  bool filled_ = false;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace rtmp
