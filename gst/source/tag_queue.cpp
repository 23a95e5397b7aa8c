// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_queue.h"

#include <limits>
#include <utility>

namespace rtmp {
namespace {

// Memory of what is handed over, and of what take() gives, at once, if one tag alone is not more: enough to
// make the cost of a wake-up small, and little enough that the reader goes on while it is pushed downstream.
constexpr std::size_t kBatchBytes = 256 << 10;

}  // namespace

std::int64_t microseconds_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

TagQueue::~TagQueue() {
  level_.bytes.set(0);
  level_.tags.set(0);
}

bool TagQueue::add(PublishedTag tag) {
  added_bytes_ += tag.tag.held_bytes();
  added_.push_back(std::move(tag));
  return added_bytes_ >= kBatchBytes;
}

void TagQueue::flush() {
  if (added_.empty()) return;
  // What is here was received just now; but where the last flush() had to wait, it may have been there since.
  const Arrival arrival{microseconds_now(), std::exchange(held_, false)};
  for (PublishedTag& published : added_) published.arrival = arrival;
  {
    std::unique_lock lock(mutex_);
    for (PublishedTag& published : added_) {
      const std::size_t size = published.tag.held_bytes();
      wait_for_room(lock, size);
      if (ended_) break;
      bytes_ += size;
      stream_bytes_ += published.tag.bytes().size();
      tags_.push_back(std::move(published));
    }
    overfull_ = bytes_ + taken_bytes_ > max_bytes_;
    show_level();
  }
  // Without the lock, or who wakes up would wait for it at once.
  has_tags_.notify_one();
  added_.clear();
  added_bytes_ = 0;
}

void TagQueue::wait_while_overfull() {
  if (!overfull_) return;
  std::unique_lock lock(mutex_);
  wait_for_room(lock, 0);
  overfull_ = false;
}

// Where the streaming thread waits though it has kept some, it waits for the first frame: it gets one tag
// more.
bool TagQueue::has_room_for(std::size_t bytes) const {
  const std::size_t there = bytes_ + taken_bytes_;
  return ended_ || there == 0 || there + bytes <= bound() || (taking_ && tags_.empty());
}

void TagQueue::wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes) {
  if (has_room_for(bytes)) return;
  show_level();
  has_tags_.notify_one();
  held_ = true;
  has_room_.wait(lock, [&] { return has_room_for(bytes); });
}

TagQueue::Taken TagQueue::take(std::vector<PublishedTag>& out, std::size_t kept,
                               std::optional<std::chrono::milliseconds> patience) {
  std::unique_lock lock(mutex_);
  taken_bytes_ = kept;
  taking_ = true;
  has_room_.notify_one();
  if (room_has_come()) {
    lock.unlock();
    on_room_();
    lock.lock();
  }
  const auto ready = [&] { return !tags_.empty() || ended_ || interrupted_; };
  if (!patience)
    has_tags_.wait(lock, ready);
  else
    has_tags_.wait_for(lock, *patience, ready);
  taking_ = false;
  if (interrupted_) return Taken::kInterrupted;
  if (tags_.empty()) return ended_ ? Taken::kEnd : Taken::kNothing;
  std::size_t taken = 0;
  do {
    const Tag& next = tags_.front().tag;
    const std::size_t size = next.held_bytes();
    if (taken > 0 && taken + size > kBatchBytes) break;
    taken += size;
    stream_bytes_ -= next.bytes().size();
    out.push_back(std::move(tags_.front()));
    tags_.pop_front();
  } while (!tags_.empty());
  bytes_ -= taken;
  taken_bytes_ += taken;
  show_level();
  return Taken::kTags;
}

void TagQueue::finish() {
  allow(Ahead::kAll);
  flush();
  held_ = false;
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
  level_.bytes.set(stream_bytes_);
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
