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

  /// Keeps a tag, which may be the first of its publisher, for the next flush(): a burst costs one lock and
  /// one wake-up. Whether so much has gathered that flush() is worth it.
  [[nodiscard]] bool add(Tag tag, bool first);
  /// What the next flush() hands over.
  [[nodiscard]] std::span<const PublishedTag> added() const { return added_.tags; }
  /// Hands over what was added. Blocks while the queue is full, and drops it once the queue has ended.
  void flush();
  /// The same, and never blocks: the publisher's stream is over. The next one's may be ahead as usual.
  void finish();
  /// Blocks while a tag is here that is larger alone than all that there may be, as flush() does.
  void wait_while_overfull();

  // The streaming thread's side.

  enum class Taken { kTags, kEnd, kInterrupted, kNothing };
  /// Blocks until there are tags, or the end, or interrupt(), or until `patience`, if there is one, is over.
  /// `out` is empty, and gets the oldest tags that are ready, in order. `kept` is the memory of earlier tags
  /// that the caller still has; all others have gone.
  Taken take(std::vector<PublishedTag>& out, std::size_t kept = 0,
             std::optional<std::chrono::milliseconds> patience = {});

  // From any thread.

  /// Makes take() return kInterrupted, until resume(). Nothing is lost.
  void interrupt();
  void resume();
  /// How far flush() may go beyond the bound, also one that waits now.
  void set_ahead(Ahead ahead);
  /// Whether what is here leaves room for another publisher, see MountDelegate::has_room().
  bool has_room();
  /// Takes no more tags: take() ends after the last that is here.
  void end();

 private:
  /// Tags that are handed over together, so that both threads move a pointer and not each of them.
  struct Batch {
    std::vector<PublishedTag> tags{};
    std::size_t bytes = 0;         // of memory
    std::size_t stream_bytes = 0;  // of the stream

    void add(PublishedTag tag, std::size_t held);
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
  Batch added_;            // the reader thread's, as the next
  bool overfull_ = false;  // a tag was handed over that is larger alone than all that there may be
  bool held_ = false;      // the reader has waited since the last flush() began

  GlibMutex mutex_;  // guards all below
  Condition has_tags_;
  Condition has_room_;
  std::deque<Batch> batches_;        // none is empty
  std::vector<PublishedTag> spare_;  // an empty list with memory, for the next batch
  std::size_t tags_ = 0;             // in batches_, as the next
  std::size_t bytes_ = 0;            // of memory
  std::size_t stream_bytes_ = 0;     // of the stream
  std::size_t taken_bytes_ = 0;      // of what the streaming thread has: the last batch, and what it kept
  bool taking_ = false;              // the streaming thread waits for tags
  bool holding_ = false;             // the reader waits for room
  Ahead ahead_ = Ahead::kUsual;
  bool room_is_awaited_ = false;
  bool ended_ = false;
  bool interrupted_ = false;
};

}  // namespace rtmp
