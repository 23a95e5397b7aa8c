// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_queue.h"

#include <limits>
#include <utility>

namespace rtmp {
namespace {

// The memory of the tags that are handed over together, not counting the last one. It is as much as one read
// of the socket yields, with the overhead of the blocks. It makes the cost of a wake-up small, and still the
// reader goes on while a batch is pushed downstream.
constexpr std::size_t kBatchBytes = 512 << 10;
// How many tags are handed over together at most, however small they are. A list that is reused has room for
// no more.
constexpr std::size_t kBatchTags = 256;

}  // namespace

TagQueue::~TagQueue() {
  level_.bytes.set(0);
  level_.tags.set(0);
}

void TagQueue::Batch::add(PublishedTag&& tag, std::size_t held) {
  bytes += held;
  stream_bytes += tag.tag.bytes().size();
  tags.push_back(std::move(tag));
}

bool TagQueue::add(Tag&& tag, bool first) {
  added_.bytes += tag.held_bytes();
  added_.stream_bytes += tag.bytes().size();
  added_.tags.emplace_back(std::move(tag), first);
  return added_.bytes >= kBatchBytes || added_.tags.size() == kBatchTags;
}

void TagQueue::flush() {
  if (added_.tags.empty()) return;
  // These tags were received just now. But if the last flush() had to wait, they may have been there since.
  const Arrival arrival{g_get_monotonic_time(), std::exchange(held_, false)};
  for (PublishedTag& published : added_.tags) published.arrival = arrival;
  bool awaited = false;
  {
    std::unique_lock lock(mutex_);
    if (!ended_ && bytes_ + taken_bytes_ + added_.bytes <= bound())
      push_all();
    else
      push_one_by_one(lock);
    overfull_ = bytes_ + taken_bytes_ > max_bytes_;
    awaited = taking_;
    show_level();
  }
  // Without the lock, because the thread that wakes up would have to wait for it.
  if (awaited) has_tags_.signal();
  added_.tags.clear();
  added_.bytes = added_.stream_bytes = 0;
}

void TagQueue::push_all() {
  tags_ += added_.tags.size();
  bytes_ += added_.bytes;
  stream_bytes_ += added_.stream_bytes;
  if (Batch& batch = batch_for(added_.tags.size(), added_.bytes); batch.tags.empty()) {
    batch = std::move(added_);
    added_.tags = std::exchange(spare_, {});
  } else {
    for (PublishedTag& published : added_.tags) {
      const std::size_t size = published.tag.held_bytes();
      batch.add(std::move(published), size);
    }
  }
}

// Pushes the tags for which there is room, and waits for more room. Pushes none once the queue has ended.
void TagQueue::push_one_by_one(std::unique_lock<GlibMutex>& lock) {
  for (PublishedTag& published : added_.tags) {
    const std::size_t size = published.tag.held_bytes();
    wait_for_room(lock, size);
    if (ended_) return;
    ++tags_;
    bytes_ += size;
    stream_bytes_ += published.tag.bytes().size();
    batch_for(1, size).add(std::move(published), size);
  }
}

// Returns the batch for so many tags with so much memory: the last one, or a new one.
TagQueue::Batch& TagQueue::batch_for(std::size_t tags, std::size_t bytes) {
  const auto fit = [&](const Batch& last) {
    return last.tags.size() + tags <= kBatchTags && last.bytes + bytes <= kBatchBytes;
  };
  if (batches_.empty() || !fit(batches_.back())) batches_.emplace_back();
  return batches_.back();
}

void TagQueue::wait_while_overfull() {
  if (!overfull_) return;
  std::unique_lock lock(mutex_);
  wait_for_room(lock, 0);
  overfull_ = false;
}

// If the streaming thread waits although it has kept some tags, it waits for the first frame. So it gets one
// more tag.
bool TagQueue::has_room_for(std::size_t bytes) const {
  const std::size_t there = bytes_ + taken_bytes_;
  return ended_ || there == 0 || there + bytes <= bound() || (taking_ && batches_.empty());
}

void TagQueue::wait_for_room(std::unique_lock<GlibMutex>& lock, std::size_t bytes) {
  if (has_room_for(bytes)) return;
  show_level();
  if (taking_) has_tags_.signal();
  held_ = holding_ = true;
  has_room_.wait(lock, [&] { return has_room_for(bytes); });
  holding_ = false;
}

TagQueue::Taken TagQueue::take(std::vector<PublishedTag>& out, std::size_t kept,
                               std::optional<std::chrono::milliseconds> patience) {
  std::unique_lock lock(mutex_);
  taken_bytes_ = kept;
  taking_ = true;
  if (holding_) has_room_.signal();
  if (room_has_come()) {
    lock.unlock();
    on_room_();
    lock.lock();
  }
  const auto ready = [&] { return !batches_.empty() || ended_ || interrupted_; };
  if (!patience)
    has_tags_.wait(lock, ready);
  else
    has_tags_.wait_for(lock, *patience, ready);
  taking_ = false;
  if (interrupted_) return Taken::kInterrupted;
  if (batches_.empty()) return ended_ ? Taken::kEnd : Taken::kNothing;
  Batch& batch = batches_.front();
  tags_ -= batch.tags.size();
  bytes_ -= batch.bytes;
  stream_bytes_ -= batch.stream_bytes;
  taken_bytes_ += batch.bytes;
  out.swap(batch.tags);
  if (batch.tags.capacity() > spare_.capacity()) spare_.swap(batch.tags);
  batches_.pop_front();
  show_level();
  return Taken::kTags;
}

void TagQueue::finish() {
  set_ahead(Ahead::kAll);
  flush();
  held_ = false;
  set_ahead(Ahead::kUsual);
}

void TagQueue::set_ahead(Ahead ahead) {
  std::lock_guard lock(mutex_);
  ahead_ = ahead;
  has_room_.signal();
}

std::size_t TagQueue::bound() const {
  switch (ahead_) {
    case Ahead::kUsual:
      return max_bytes_;
    case Ahead::kMore:
      return max_bytes_ + limits::kMaxBeyondQueue;
    case Ahead::kAll:
      break;
  }
  return std::numeric_limits<std::size_t>::max();
}

bool TagQueue::has_room() {
  std::lock_guard lock(mutex_);
  room_is_awaited_ = bytes_ + taken_bytes_ > max_bytes_ + limits::kMaxBeyondQueue;
  return !room_is_awaited_;
}

bool TagQueue::room_has_come() {
  if (!room_is_awaited_ || bytes_ > max_bytes_ + limits::kMaxBeyondQueue) return false;
  room_is_awaited_ = false;
  return true;
}

void TagQueue::show_level() {
  level_.bytes.set(stream_bytes_);
  level_.tags.set(tags_);
}

void TagQueue::interrupt() {
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  has_tags_.signal();
}

void TagQueue::resume() {
  std::lock_guard lock(mutex_);
  interrupted_ = false;
}

void TagQueue::end() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  has_tags_.signal();
  has_room_.signal();
}

}  // namespace rtmp
