// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "glib_mutex.h"
#include "published_tag.h"
#include "queue_level.h"
#include "rtmp/server.h"

namespace rtmp {

/// The queue between the reader thread of a publisher and the streaming thread. The two meet nowhere else.
/// Its bound is the memory of the tags. If it is full, the reader waits, and TCP makes the publisher wait.
/// Nothing is dropped.
class TagQueue {
 public:
  /// `max_bytes` is the most memory (Tag::held_bytes()) of the tags in the queue and of those that the
  /// streaming thread still has. A tag that alone is larger passes if nothing else is there; the reader waits
  /// until it has gone. `level`, which must outlive the queue, always has what is in the queue. take() calls
  /// `on_room` once there is room after has_room() has returned false.
  TagQueue(
      std::size_t max_bytes, QueueLevel& level, std::function<void()> on_room = [] {})
      : max_bytes_(max_bytes), level_(level), on_room_(std::move(on_room)) {
    show_level();
  }
  ~TagQueue();

  // Only the reader thread calls these.

  /// Keeps a tag for the next flush(), so that a burst costs one lock and one wake-up. `first` says that it
  /// is the first of its publisher. Returns true if so much has gathered that flush() should be called.
  [[nodiscard]] bool add(Tag&& tag, bool first);
  /// Returns the tags that the next flush() hands over.
  [[nodiscard]] std::span<const PublishedTag> added() const { return added_.tags; }
  /// Hands over the tags that were added. Blocks while the queue is full. Drops them if the queue has ended.
  void flush();
  /// Hands over the tags that were added and never blocks, because the publisher's stream is over. The limit
  /// counts again for the next publisher.
  void finish();
  /// Blocks while there is a tag that alone is larger than the limit, as flush() does.
  void wait_while_overfull();

  // Only the streaming thread calls this.

  enum class Taken { kTags, kEnd, kInterrupted, kNothing };
  /// Blocks until there are tags, until the end, until interrupt(), or until `patience` is over, if it is
  /// given. `out` must be empty, and gets the oldest tags, in order. `kept` is the memory of earlier tags
  /// that the caller still has, in bytes; it has no others.
  Taken take(std::vector<PublishedTag>& out, std::size_t kept = 0,
             std::optional<std::chrono::milliseconds> patience = {});

  // Any thread may call these. They do not block.

  /// Makes take() return kInterrupted, until resume(). Nothing is lost.
  void interrupt();
  void resume();
  /// Sets how far flush() may go beyond the limit. Counts also for a flush() that waits now.
  void set_ahead(Ahead ahead);
  /// Returns whether there is room for another publisher, see MountDelegate::has_room().
  bool has_room();
  /// Ends the queue. It takes no more tags, and take() returns kEnd after the last one.
  void end();

 private:
  /// Tags that are handed over together, so that the threads move one pointer and not each tag.
  struct Batch {
    std::vector<PublishedTag> tags{};
    std::size_t bytes = 0;         // their memory
    std::size_t stream_bytes = 0;  // their bytes in the stream

    void add(PublishedTag&& tag, std::size_t held);
  };

  void push_all();
  void push_one_by_one(std::unique_lock<GlibMutex>& lock);
  [[nodiscard]] Batch& batch_for(std::size_t tags, std::size_t bytes);
  [[nodiscard]] bool has_room_for(std::size_t bytes) const;
  void wait_for_room(std::unique_lock<GlibMutex>& lock, std::size_t bytes);
  void show_level();
  [[nodiscard]] std::size_t bound() const;
  bool room_has_come();

  const std::size_t max_bytes_;
  QueueLevel& level_;
  const std::function<void()> on_room_;
  // The reader thread uses these.
  Batch added_;
  bool overfull_ = false;  // a tag was handed over that alone is larger than the limit
  bool held_ = false;      // the reader has waited since the last flush() began

  GlibMutex mutex_;  // guards what follows
  Condition has_tags_;
  Condition has_room_;
  std::deque<Batch> batches_;        // none of them is empty
  std::vector<PublishedTag> spare_;  // an empty list that has memory, for the next batch
  // The number of tags in batches_, their memory, and their bytes in the stream.
  std::size_t tags_ = 0;
  std::size_t bytes_ = 0;
  std::size_t stream_bytes_ = 0;
  std::size_t taken_bytes_ = 0;  // the memory that the streaming thread has: the last batch, and what it kept
  bool taking_ = false;          // the streaming thread waits for tags
  bool holding_ = false;         // the reader waits for room
  Ahead ahead_ = Ahead::kUsual;
  bool room_is_awaited_ = false;
  bool ended_ = false;
  bool interrupted_ = false;
};

}  // namespace rtmp
