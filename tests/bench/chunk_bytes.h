// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace rtmp::bench {

using Bytes = std::vector<std::uint8_t>;

/// Appends the `width` low bytes of `value`, most significant first.
void put_be(Bytes& out, std::uint64_t value, int width);

/// AMF0 as far as a publisher needs it. Written here and not taken from src/, so that a fault of the
/// plugin's own writer cannot hide behind the benchmark.
class AmfBytes {
 public:
  AmfBytes& string(std::string_view text);
  AmfBytes& number(double value);
  AmfBytes& null();
  AmfBytes& begin_object();
  AmfBytes& begin_ecma_array(std::uint32_t count);
  AmfBytes& property(std::string_view name, std::string_view text);
  AmfBytes& property(std::string_view name, double value);
  AmfBytes& end_object();

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  void name(std::string_view text);

  Bytes bytes_;
};

/// What every message of one kind has in common.
struct Channel {
  std::uint8_t chunk_stream;  // 2..63, the one-byte form
  std::uint8_t type;
  std::uint32_t message_stream;
};

/// Cuts messages into chunks, and like FFmpeg takes the smallest header that says what has changed.
class ChunkBytes {
 public:
  explicit ChunkBytes(std::size_t chunk_size) : chunk_size_(chunk_size) {}

  void set_chunk_size(std::size_t chunk_size) { chunk_size_ = chunk_size; }

  /// A message with a full header (fmt 0) and an absolute time.
  void write_absolute(Bytes& out, Channel channel, std::uint32_t time, std::span<const std::uint8_t> body);

  /// A message with a delta time (fmt 1, 2 or 3). Returns the size of its first header.
  std::size_t write_delta(Bytes& out, Channel channel, std::uint32_t delta,
                          std::span<const std::uint8_t> body);

 private:
  struct Last {
    std::size_t length;
    std::uint8_t type;
    std::uint32_t delta;
  };

  void write_body(Bytes& out, std::uint8_t chunk_stream, std::span<const std::uint8_t> body) const;

  std::size_t chunk_size_;
  std::map<std::uint8_t, Last> last_;
};

}  // namespace rtmp::bench
