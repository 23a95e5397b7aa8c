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
    const std::size_t most = std::max(offered_, n);
    auto got = end_ == 0 ? read_into_new(most) : read_behind(most);
    if (!got) return std::move(got).error();
    note(end_ + *got == most);
    end_ += *got;
  }
  return {};
}

// Gives the memory back, and takes some when there is something to read.
Result<std::size_t> ReadBuffer::read_into_new(std::size_t most) {
  block_ = Block();
  memory_ = nullptr;
  return stream_.read_when_there([this, most] {
    reserve(most);
    return std::span(memory_, most);
  });
}

Result<std::size_t> ReadBuffer::read_behind(std::size_t most) {
  reserve(most);
  return stream_.read({memory_ + end_, most - end_}, {});
}

// Makes the memory as large at least, and keeps what is buffered, which begins in front.
void ReadBuffer::reserve(std::size_t size) {
  if (block_ && block_.body().size() >= size) return;
  Block larger(size <= kFirstOffered ? std::min(kFirstOffered, capacity_) : capacity_);
  if (end_ > 0) std::memcpy(larger.body().data(), memory_, end_);
  block_ = std::move(larger);
  memory_ = block_.body().data();
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
  begin_ = end_ = 0;
  reserve(offered_);
  auto got = stream_.read(out, {memory_, offered_});
  if (!got) return std::move(got).error();
  note(*got == out.size() + offered_);
  const std::size_t direct = std::min(*got, out.size());
  end_ = *got - direct;
  return direct;
}

}  // namespace rtmp
