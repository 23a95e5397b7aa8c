// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "byte_stream.h"
#include "wire.h"

namespace rtmp::test {

/// Where reads end, as ascending offsets into what a peer sends. Empty: all of it is there at once.
using SplitPoints = std::vector<std::size_t>;

/// After every n bytes.
SplitPoints split_every(std::size_t n, std::size_t size);

/// Into pieces of 1 to 4096 bytes, most of them small; the same on every machine for one seed.
SplitPoints split_randomly(std::uint32_t seed, std::size_t size);

/// A peer in memory: delivers bytes in pieces, then an error, and keeps what is written to it.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(Bytes incoming, SplitPoints splits = {});

  /// What read() returns after the last byte, instead of kEndOfStream.
  void end_with(Error error) { end_ = std::move(error); }
  /// What every write() from now on returns.
  void fail_writes_with(Error error) { write_error_ = std::move(error); }

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// How many of the incoming bytes have been read.
  [[nodiscard]] std::size_t delivered() const { return delivered_; }
  [[nodiscard]] const Bytes& written() const { return written_; }
  /// The number of write() calls that succeeded.
  [[nodiscard]] std::size_t write_count() const { return write_count_; }

 private:
  Bytes incoming_;
  SplitPoints splits_;
  std::size_t delivered_ = 0;
  std::size_t next_split_ = 0;
  Error end_{ErrorCode::kEndOfStream, "end of the test's bytes"};
  std::optional<Error> write_error_;
  Bytes written_;
  std::size_t write_count_ = 0;
};

/// Runs `check` with a new peer that sends `bytes` whole, byte by byte, in twos, and, if they are at most 64,
/// split at every offset. A failure names the split. (In a file of its own: it needs GoogleTest.)
void for_each_split(const Bytes& bytes, const std::function<void(MemoryStream&)>& check);

}  // namespace rtmp::test
