// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chunk_bytes.h"

#include <algorithm>
#include <bit>

namespace rtmp::bench {
namespace {

constexpr std::uint8_t kNumberMarker = 0x00;
constexpr std::uint8_t kStringMarker = 0x02;
constexpr std::uint8_t kObjectMarker = 0x03;
constexpr std::uint8_t kNullMarker = 0x05;
constexpr std::uint8_t kEcmaArrayMarker = 0x08;
constexpr std::uint8_t kObjectEndMarker = 0x09;

constexpr std::uint8_t basic_header(int format, std::uint8_t chunk_stream) {
  return static_cast<std::uint8_t>((format << 6) | chunk_stream);
}

}  // namespace

void put_be(Bytes& out, std::uint64_t value, int width) {
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

AmfBytes& AmfBytes::string(std::string_view text) {
  bytes_.push_back(kStringMarker);
  name(text);
  return *this;
}

AmfBytes& AmfBytes::number(double value) {
  bytes_.push_back(kNumberMarker);
  put_be(bytes_, std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

AmfBytes& AmfBytes::null() {
  bytes_.push_back(kNullMarker);
  return *this;
}

AmfBytes& AmfBytes::begin_object() {
  bytes_.push_back(kObjectMarker);
  return *this;
}

AmfBytes& AmfBytes::begin_ecma_array(std::uint32_t count) {
  bytes_.push_back(kEcmaArrayMarker);
  put_be(bytes_, count, 4);
  return *this;
}

AmfBytes& AmfBytes::property(std::string_view key, std::string_view text) {
  name(key);
  return string(text);
}

AmfBytes& AmfBytes::property(std::string_view key, double value) {
  name(key);
  return number(value);
}

AmfBytes& AmfBytes::end_object() {
  name("");
  bytes_.push_back(kObjectEndMarker);
  return *this;
}

void AmfBytes::name(std::string_view text) {
  put_be(bytes_, text.size(), 2);
  bytes_.insert(bytes_.end(), text.begin(), text.end());
}

void ChunkBytes::write_absolute(Bytes& out, Channel channel, std::uint32_t time,
                                std::span<const std::uint8_t> body) {
  out.push_back(basic_header(0, channel.chunk_stream));
  put_be(out, time, 3);
  put_be(out, body.size(), 3);
  out.push_back(channel.type);
  for (int shift = 0; shift < 32; shift += 8) {  // the one little-endian field of RTMP
    out.push_back(static_cast<std::uint8_t>(channel.message_stream >> shift));
  }
  // After a full header "the last delta" means the absolute time, so nothing may inherit from it.
  last_.erase(channel.chunk_stream);
  write_body(out, channel.chunk_stream, body);
}

std::size_t ChunkBytes::write_delta(Bytes& out, Channel channel, std::uint32_t delta,
                                    std::span<const std::uint8_t> body) {
  const std::size_t start = out.size();
  const auto last = last_.find(channel.chunk_stream);
  const bool same_shape =
      last != last_.end() && last->second.length == body.size() && last->second.type == channel.type;
  const bool same_delta = same_shape && last->second.delta == delta;
  out.push_back(basic_header(same_delta ? 3 : same_shape ? 2 : 1, channel.chunk_stream));
  if (!same_delta) put_be(out, delta, 3);
  if (!same_shape) {
    put_be(out, body.size(), 3);
    out.push_back(channel.type);
  }
  const std::size_t header_size = out.size() - start;
  last_[channel.chunk_stream] = Last{body.size(), channel.type, delta};
  write_body(out, channel.chunk_stream, body);
  return header_size;
}

void ChunkBytes::write_body(Bytes& out, std::uint8_t chunk_stream, std::span<const std::uint8_t> body) const {
  for (std::size_t done = 0; done < body.size(); done += chunk_size_) {
    if (done > 0) out.push_back(basic_header(3, chunk_stream));
    const auto piece = body.subspan(done, std::min(chunk_size_, body.size() - done));
    out.insert(out.end(), piece.begin(), piece.end());
  }
}

}  // namespace rtmp::bench
