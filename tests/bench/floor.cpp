// SPDX-License-Identifier: LGPL-2.1-or-later
#include "floor.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace rtmp::bench {

Exchange::~Exchange() {
  g_cond_clear(&has_filled_);
  g_cond_clear(&has_free_);
  g_mutex_clear(&mutex_);
}

FloorBlock Exchange::get() {
  FloorBlock block{nullptr};
  g_mutex_lock(&mutex_);
  getting_ = true;
  while (free_.empty() && made_ == kBlocks && !ended_) g_cond_wait(&has_free_, &mutex_);
  getting_ = false;
  if (free_.empty()) {
    ++made_;
  } else {
    block = std::move(free_.back());
    free_.pop_back();
  }
  g_mutex_unlock(&mutex_);
  if (!block.memory) return {};
  block.used = 0;
  block.ends.clear();
  return block;
}

void Exchange::hand_over(FloorBlock block) {
  g_mutex_lock(&mutex_);
  filled_.push_back(std::move(block));
  const bool awaited = taking_;
  g_mutex_unlock(&mutex_);
  if (awaited) g_cond_signal(&has_filled_);
}

void Exchange::end() {
  g_mutex_lock(&mutex_);
  ended_ = true;
  g_mutex_unlock(&mutex_);
  g_cond_signal(&has_filled_);
  g_cond_signal(&has_free_);
}

bool Exchange::take(std::vector<FloorBlock>& taken) {
  g_mutex_lock(&mutex_);
  std::ranges::move(taken, std::back_inserter(free_));
  if (getting_ && !taken.empty()) g_cond_signal(&has_free_);
  taken.clear();
  taking_ = true;
  while (filled_.empty() && !ended_) g_cond_wait(&has_filled_, &mutex_);
  taking_ = false;
  taken.swap(filled_);
  g_mutex_unlock(&mutex_);
  return !taken.empty();
}

void ChunkCopier::copy(const char* from, std::size_t size) {
  while (size > 0) {
    std::size_t piece = kChunkHeader;
    if (left_ > 0) {
      piece = std::min({left_, size, room()});
      std::memcpy(block_.memory.get() + block_.used, from, piece);
      block_.used += piece;
      left_ -= piece;
    } else {
      left_ = chunk_size_;
    }
    from += piece;
    size -= piece;
  }
}

void ChunkCopier::hand_over() {
  if (block_.memory) exchange_.hand_over(std::move(block_));
}

void ChunkCopier::end() {
  hand_over();
  exchange_.end();
}

std::size_t ChunkCopier::room() {
  if (block_.memory && block_.used == FloorBlock::kSize) hand_over();
  if (!block_.memory) block_ = exchange_.get();
  return FloorBlock::kSize - block_.used;
}

}  // namespace rtmp::bench
