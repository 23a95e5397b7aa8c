// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flood.h"

#include <algorithm>

#include "byte_writer.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kPiece = 64 << 10;

}  // namespace

void Flood::write(std::span<const std::uint8_t> bytes) {
  if (!failed_ && !publisher_.send_raw(bytes)) failed_ = true;
}

void Flood::chunk_size(std::uint32_t bytes) {
  ByteWriter out;
  out.u8(2);
  out.be24(0);
  out.be24(4);
  out.u8(static_cast<std::uint8_t>(MessageType::kSetChunkSize));
  out.le32(0);
  out.be32(bytes);
  write(out.bytes());
}

void Flood::open(std::uint8_t chunk_stream, MessageType type, std::uint32_t length, std::uint32_t timestamp) {
  ByteWriter out;
  out.u8(chunk_stream);
  out.be24(timestamp);
  out.be24(length);
  out.u8(static_cast<std::uint8_t>(type));
  out.le32(1);
  write(out.bytes());
}

void Flood::go_on(std::uint8_t chunk_stream) {
  const std::uint8_t type3 = static_cast<std::uint8_t>(0xC0 | chunk_stream);
  write({&type3, 1});
}

void Flood::message(MessageType type, const Bytes& start, std::uint32_t size, std::uint32_t timestamp) {
  open(6, type, size, timestamp);
  write(start);
  zeros(size - start.size());
}

void Flood::zeros(std::size_t size) {
  static const Bytes none(kPiece);
  for (; size > 0 && !failed_; size -= std::min(size, kPiece))
    write(std::span(none).first(std::min(size, kPiece)));
}

void Flood::repeat(const Bytes& unit, std::size_t times) {
  const std::size_t at_once = std::max<std::size_t>(1, kPiece / unit.size());
  const Bytes units = test::repeat(unit, std::min(at_once, times));
  for (; times > 0 && !failed_; times -= std::min(times, at_once))
    write(std::span(units).first(std::min(times, at_once) * unit.size()));
}

}  // namespace rtmp::test
