// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_queue.h"

#include <limits>

namespace rtmp {
namespace {

// What take() gives at once, if one tag alone is not more: enough to make the cost of a wake-up small, and
// little enough that the reader goes on while it is pushed downstream.
constexpr std::size_t kBatchBytes = 256 << 10;

}  // namespace

TagQueue::~TagQueue() {
  level_.bytes.set(0);
  level_.tags.set(0);
}

void TagQueue::flush() {
  if (added_.empty()) return;
  {
    std::unique_lock lock(mutex_);
    for (PublishedTag& published : added_) {
      const std::size_t size = published.tag.bytes().size();
      const auto fits = [&] {
        const std::size_t there = bytes_ + taken_bytes_;
        return ended_ || there == 0 || there + size <= bound();
      };
      if (!fits()) {
        show_level();
        has_tags_.notify_one();
        has_room_.wait(lock, fits);
      }
      if (ended_) break;
      bytes_ += size;
      tags_.push_back(std::move(published));
    }
    show_level();
  }
  // Without the lock, or who wakes up would wait for it at once.
  has_tags_.notify_one();
  added_.clear();
}

TagQueue::Taken TagQueue::take(std::vector<PublishedTag>& out,
                               std::optional<std::chrono::milliseconds> patience) {
  std::unique_lock lock(mutex_);
  taken_bytes_ = 0;
  has_room_.notify_one();
  if (room_has_come()) {
    lock.unlock();
    on_room_();
    lock.lock();
  }
  const auto ready = [&] { return !tags_.empty() || ended_ || interrupted_; };
  if (!patience) {
    has_tags_.wait(lock, ready);
  } else if (!has_tags_.wait_for(lock, *patience, ready)) {
    return Taken::kNothing;
  }
  if (interrupted_) return Taken::kInterrupted;
  if (tags_.empty()) return Taken::kEnd;
  do {
    const std::size_t size = tags_.front().tag.bytes().size();
    if (taken_bytes_ > 0 && taken_bytes_ + size > kBatchBytes) break;
    bytes_ -= size;
    taken_bytes_ += size;
    out.push_back(std::move(tags_.front()));
    tags_.pop_front();
  } while (!tags_.empty());
  show_level();
  return Taken::kTags;
}

void TagQueue::finish() {
  allow(Ahead::kAll);
  flush();
  allow(Ahead::kUsual);
}

void TagQueue::allow(Ahead ahead) {
  std::lock_guard lock(mutex_);
  ahead_ = ahead;
  has_room_.notify_one();
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
  level_.bytes.set(bytes_);
  level_.tags.set(tags_.size());
}

void TagQueue::interrupt() {
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  has_tags_.notify_one();
}

void TagQueue::resume() {
  std::lock_guard lock(mutex_);
  interrupted_ = false;
}

void TagQueue::end() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  has_tags_.notify_one();
  has_room_.notify_one();
}

}  // namespace rtmp
