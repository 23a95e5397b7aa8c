// SPDX-License-Identifier: LGPL-2.1-or-later
#include "message_copier.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rtmp::bench {

MessageCopier::MessageCopier(std::size_t chunk_size, Exchange& exchange)
    : chunk_size_(chunk_size), exchange_(exchange), block_(exchange.get()) {
  const RtmpLoad load = make_load(chunk_size);
  for (const PlacedMessage& message : load.messages) {
    // Each further chunk has a header of one byte.
    const std::size_t behind = message.size - message.header;
    sizes_.push_back({message.header, behind - (behind - 1) / (chunk_size + 1)});
  }
  begin_message();
  skip_ += load.wire_bytes(0) - load.goodbye.size();
}

void MessageCopier::begin_message() {
  const Size& size = sizes_[next_];
  next_ = (next_ + 1) % sizes_.size();
  if (block_.used + size.body > FloorBlock::kSize) {
    exchange_.hand_over(std::move(block_));
    block_ = exchange_.get();
  }
  body_left_ = size.body;
  begin_chunk(size.header);
}

void MessageCopier::begin_chunk(std::size_t header) {
  skip_ = header;
  chunk_left_ = std::min(chunk_size_, body_left_);
  body_left_ -= chunk_left_;
}

void MessageCopier::copy(const char* from, std::size_t size) {
  for (;;) {
    const std::size_t skipped = std::min(skip_, size);
    skip_ -= skipped;
    from += skipped;
    size -= skipped;
    if (size == 0) return;
    const std::size_t piece = std::min(chunk_left_, size);
    std::memcpy(block_.memory.get() + block_.used, from, piece);
    block_.used += piece;
    from += piece;
    size -= piece;
    chunk_left_ -= piece;
    if (chunk_left_ > 0) return;
    if (body_left_ > 0) {
      begin_chunk(1);
    } else {
      block_.ends.push_back(block_.used);
      begin_message();
    }
  }
}

void MessageCopier::end() {
  if (!block_.ends.empty()) exchange_.hand_over(std::move(block_));
  exchange_.end();
}

}  // namespace rtmp::bench
