// SPDX-License-Identifier: LGPL-2.1-or-later
#include "extended_timestamp.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "chunk_header.h"
#include "endian.h"

namespace rtmp {
namespace {

enum class Verdict { kImpossible, kUnknown, kPlausible };

// Returns whether a chunk may begin `offset` bytes from here, judged by the buffered bytes.
Verdict chunk_begins_at(const ReadBuffer& in, std::size_t offset, const Type3Chunk& chunk,
                        const ExtendedTimestampResolver::KnownChunkStream& known) {
  if (offset >= in.available()) return Verdict::kUnknown;
  const std::uint8_t* p = in.data() + offset;
  if (chunk.message_goes_on && *p == chunk.next_type3) return Verdict::kPlausible;
  if (offset + BasicHeader::size(*p) > in.available()) return Verdict::kUnknown;
  const std::uint32_t id = BasicHeader::decode(p).chunk_stream;
  if (id > 8 && !known(id)) return Verdict::kImpossible;
  // A chunk of another message may come between two chunks of this one, so that proves nothing.
  return chunk.message_goes_on ? Verdict::kUnknown : Verdict::kPlausible;
}

}  // namespace

Result<bool> ExtendedTimestampResolver::present(ReadBuffer& in, const Type3Chunk& chunk,
                                                const KnownChunkStream& known) {
  if (state_ == State::kAbsent) return false;
  if (state_ == State::kUnknown) {
    const std::size_t sure = std::min<std::size_t>(4, chunk.payload);
    if (auto there = in.ensure(sure); !there) return std::move(there).error();
    std::array<std::uint8_t, 4> repeated{};
    store_be32(repeated.data(), chunk.field);
    constexpr std::array<std::uint8_t, 4> kZeros{};
    const auto begins_like = [&](const std::array<std::uint8_t, 4>& value, std::size_t n) {
      return std::memcmp(in.data(), value.data(), n) == 0;
    };
    if (sure < 4) {
      // The last bytes of a message, which are fewer than a timestamp has. To wait for four could mean to
      // wait for the next message.
      if (!begins_like(repeated, sure) && !begins_like(kZeros, sure)) return false;
      if (!in.ensure(4)) return false;
    }
    const Verdict absent = chunk_begins_at(in, chunk.payload, chunk, known);
    const Verdict present = chunk_begins_at(in, chunk.payload + 4, chunk, known);
    if (begins_like(repeated, 4)) {
      if (present == Verdict::kImpossible && absent == Verdict::kPlausible) return false;
      state_ = State::kPresent;
    } else if (absent == Verdict::kImpossible && present != Verdict::kImpossible) {
      state_ = State::kPresent;
    } else if (present == Verdict::kImpossible && absent != Verdict::kImpossible) {
      state_ = State::kAbsent;
      return false;
    } else {
      return begins_like(kZeros, 4);
    }
  }
  if (auto there = in.ensure(4); !there) return std::move(there).error();
  return true;
}

}  // namespace rtmp
