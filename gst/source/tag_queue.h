// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "published_tag.h"
#include "queue_level.h"
#include "rtmp/server.h"

namespace rtmp {

/// Of a clock that never stops.
std::int64_t microseconds_now();

/// The hand-off from a publisher's reader thread to the streaming thread: the only place where the two meet.
/// Bounded in the memory that tags take. Full means that the reader waits, and through TCP the publisher:
/// nothing is dropped.
class TagQueue {
 public:
  /// `max_bytes` counts the memory (Tag::held_bytes()) of the tags in here and of those that the streaming
  /// thread still has. A tag that is larger alone passes when nothing else is here; until it has gone, the
  /// reader reads no further.
  /// `level`, which must outlive the queue, is kept at what is in here.
  /// `on_room` is called, by take(), once there is room after has_room() has said no.
  TagQueue(
      std::size_t max_bytes, QueueLevel& level, std::function<void()> on_room = [] {})
      : max_bytes_(max_bytes), level_(level), on_room_(std::move(on_room)) {
    show_level();
  }
  ~TagQueue();

  // The reader thread's side.

  /// Keeps a tag for the next flush(): a burst costs one lock and one wake-up. Whether so much has gathered
  /// that flush() is worth it.
  [[nodiscard]] bool add(PublishedTag tag);
  /// What the next flush() hands over.
  [[nodiscard]] std::span<const PublishedTag> added() const { return added_; }
  /// Hands over what was added. Blocks while the queue is full, and drops it once the queue has ended.
  void flush();
  /// The same, and never blocks: the publisher's stream is over. The next one's may be ahead as usual.
  void finish();
  /// Blocks while a tag is here that is larger alone than all that there may be, as flush() does.
  void wait_while_overfull();

  // The streaming thread's side.

  enum class Taken { kTags, kEnd, kInterrupted, kNothing };
  /// Blocks until there are tags, or the end, or interrupt(), or until `patience`, if there is one, is over.
  /// Appends what is ready to `out`, the oldest first. `kept` is the memory of earlier tags that the caller
  /// still has; all others have gone.
  Taken take(std::vector<PublishedTag>& out, std::size_t kept = 0,
             std::optional<std::chrono::milliseconds> patience = {});

  // From any thread.

  /// Makes take() return kInterrupted, until resume(). Nothing is lost.
  void interrupt();
  void resume();
  /// How far flush() may go beyond the bound, also one that waits now.
  void allow(Ahead ahead);
  /// Whether what is here leaves room for another publisher, see MountDelegate::has_room().
  bool has_room();
  /// Takes no more tags: take() ends after the last that is here.
  void end();

 private:
  [[nodiscard]] bool has_room_for(std::size_t bytes) const;
  void wait_for_room(std::unique_lock<std::mutex>& lock, std::size_t bytes);
  void show_level();
  [[nodiscard]] std::size_t bound() const;
  bool room_has_come();

  const std::size_t max_bytes_;
  QueueLevel& level_;
  const std::function<void()> on_room_;
  std::vector<PublishedTag> added_;  // the reader thread's, as the next
  std::size_t added_bytes_ = 0;
  bool overfull_ = false;  // a tag was handed over that is larger alone than all that there may be
  bool held_ = false;      // the reader has waited since the last flush() began

  std::mutex mutex_;  // guards all below
  std::condition_variable has_tags_;
  std::condition_variable has_room_;
  std::deque<PublishedTag> tags_;
  std::size_t bytes_ = 0;         // of memory, in tags_
  std::size_t taken_bytes_ = 0;   // of what the streaming thread has: the last batch, and what it kept
  std::size_t stream_bytes_ = 0;  // of the stream, in tags_
  bool taking_ = false;           // the streaming thread waits for tags
  Ahead ahead_ = Ahead::kUsual;
  bool room_is_awaited_ = false;
  bool ended_ = false;
  bool interrupted_ = false;
};

}  // namespace rtmp
