// SPDX-License-Identifier: LGPL-2.1-or-later
#include "read_buffer.h"

#include <algorithm>
#include <cstring>

namespace rtmp {

Result<void> ReadBuffer::fill(std::size_t n) {
  // Less than n bytes are left, the length of a header. Moving them to the front costs little, and leaves
  // room for the largest possible read.
  if (begin_ > 0) {
    std::memmove(memory_, data(), available());
    end_ -= begin_;
    begin_ = 0;
  }
  while (available() < n) {
    const std::size_t room = std::max(offered_, n) - end_;
    auto got = stream_.read({memory_ + end_, room}, {});
    if (!got) return std::move(got).error();
    end_ += *got;
    note(*got == room);
  }
  return {};
}

void ReadBuffer::note(bool filled) {
  if (filled && filled_) offered_ = std::min(2 * offered_, capacity_);
  filled_ = filled;
}

Result<std::size_t> ReadBuffer::read_some_into(std::span<std::uint8_t> out) {
  if (available() > 0) {
    const std::size_t buffered = std::min(out.size(), available());
    std::memcpy(out.data(), data(), buffered);
    begin_ += buffered;
    return buffered;
  }
  auto got = stream_.read(out, {memory_, offered_});
  if (!got) return std::move(got).error();
  note(*got == out.size() + offered_);
  const std::size_t direct = std::min(*got, out.size());
  begin_ = 0;
  end_ = *got - direct;
  return direct;
}

}  // namespace rtmp
