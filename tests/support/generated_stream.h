// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "byte_stream.h"
#include "wire.h"

namespace rtmp::test {

/// A peer in memory that generates its bytes when they are read, for streams that would not fit into memory.
class GeneratedStream final : public ByteStream {
 public:
  /// Returns the next bytes, which stay valid until the next call. None mean that the peer closes.
  using Source = std::function<std::span<const std::uint8_t>()>;
  explicit GeneratedStream(Source source) : source_(std::move(source)) {}

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override {
    if (first.empty()) return Error{ErrorCode::kIo, "read() into an empty first: the contract forbids it"};
    if (rest_.empty()) rest_ = source_();
    if (rest_.empty()) return Error{ErrorCode::kEndOfStream, "nothing is made any more"};
    const std::size_t got = copy_to(first) + copy_to(second);
    delivered_ += got;
    return got;
  }

  Result<void> write(std::span<const std::uint8_t> bytes) override {
    written_.push_back({to_bytes(bytes), delivered_});
    return {};
  }

  /// Bytes that have been read.
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

  /// What each write() wrote, with the number of bytes that had been read then.
  struct Written {
    Bytes bytes;
    std::uint64_t delivered;
  };
  [[nodiscard]] const std::vector<Written>& written() const { return written_; }

 private:
  std::size_t copy_to(std::span<std::uint8_t> to) {
    const std::size_t size = std::min(to.size(), rest_.size());
    std::copy_n(rest_.begin(), size, to.begin());
    rest_ = rest_.subspan(size);
    return size;
  }

  Source source_;
  std::span<const std::uint8_t> rest_;
  std::uint64_t delivered_ = 0;
  std::vector<Written> written_;
};

}  // namespace rtmp::test
