// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_buffers.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "tag_memory.h"

namespace rtmp {

/// The buffers of one stream that nobody needs, and the blocks that some of them had. Any thread may use it.
class SpareBuffers {
 public:
  /// Keeps a buffer whose last reference has gone. Returns false if there are enough.
  bool keep(TagMemory* memory) {
    Block freed;  // without the lock
    std::lock_guard lock(mutex_);
    if (closed_ || memories_.size() == TagBuffers::kMostSpare) return false;
    const std::size_t held = memory->block.held_bytes();
    if (pushing_ && held_ + held <= kMostHeld) {
      held_ += held;
      blocks_.push_back(std::move(memory->block));
    } else {
      freed = std::move(memory->block);
    }
    gst_buffer_ref(memory->buffer);
    memories_.push_back(memory);
    return true;
  }
  /// Moves all buffers to `memories`, which is empty.
  void take(std::vector<TagMemory*>& memories) {
    std::lock_guard lock(mutex_);
    memories_.swap(memories);
  }
  /// From now on, blocks are kept.
  void begin_pushing() {
    std::lock_guard lock(mutex_);
    pushing_ = true;
  }
  /// Moves all blocks to `blocks`, which is empty. From now on, blocks are freed at once. Returns how many
  /// buffers there are.
  std::size_t end_pushing(std::vector<Block>& blocks) {
    std::lock_guard lock(mutex_);
    blocks_.swap(blocks);
    held_ = 0;
    pushing_ = false;
    return memories_.size();
  }
  /// Keeps nothing any more.
  void close() {
    std::vector<TagMemory*> memories;
    std::vector<Block> blocks;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      memories.swap(memories_);
      blocks.swap(blocks_);
    }
    for (const TagMemory* memory : memories) gst_buffer_unref(memory->buffer);
  }

 private:
  static constexpr std::size_t kMostHeld = 512 << 10;

  std::mutex mutex_;
  bool closed_ = false;
  bool pushing_ = false;
  std::vector<TagMemory*> memories_;  // each with its buffer, and without a block
  std::vector<Block> blocks_;
  std::size_t held_ = 0;  // the memory of these
};

namespace {

GstMiniObjectDisposeFunction usual_dispose = nullptr;

gint locks_of(const TagMemory* memory) { return g_atomic_int_get(&memory->mini_object.lockstate); }

// Returns the memory of a buffer that is as it was made, else null. Nobody has a reference to the buffer.
TagMemory* memory_of_unchanged(GstBuffer* buffer) {
  if (gst_buffer_n_memory(buffer) != 1) return nullptr;
  TagMemory* memory = as_tag_memory(gst_buffer_peek_memory(buffer, 0));
  if (!memory || memory->buffer != buffer || GST_MINI_OBJECT_REFCOUNT_VALUE(memory) != 1) return nullptr;
  if (GST_MINI_OBJECT_FLAGS(memory) != memory->flags || locks_of(memory) != memory->locks) return nullptr;
  gpointer state = nullptr;
  return gst_buffer_iterate_meta(buffer, &state) ? nullptr : memory;
}

// GStreamer calls it when the last reference to a buffer has gone. FALSE says that the buffer is in use
// again.
gboolean dispose(GstMiniObject* object) {
  GstBuffer* buffer = GST_BUFFER_CAST(object);
  TagMemory* memory = memory_of_unchanged(buffer);
  if (memory && memory->spare && memory->spare->keep(memory)) return FALSE;
  return usual_dispose ? usual_dispose(object) : TRUE;
}

TagMemory* new_buffer(const std::shared_ptr<SpareBuffers>& spare) {
  GstBuffer* buffer = gst_buffer_new();
  TagMemory* memory = new_tag_memory();
  gst_buffer_append_memory(buffer, memory);
  memory->buffer = buffer;
  memory->flags = GST_MINI_OBJECT_FLAGS(memory);
  memory->locks = locks_of(memory);
  memory->buffer_flags = GST_BUFFER_FLAGS(buffer);
  memory->spare = spare;
  // All buffers are made with the same one.
  static std::once_flag once;
  std::call_once(once, [&] { usual_dispose = buffer->mini_object.dispose; });
  buffer->mini_object.dispose = dispose;
  return memory;
}

}  // namespace

TagBuffers::TagBuffers() : spare_(std::make_shared<SpareBuffers>()) {}

TagBuffers::~TagBuffers() {
  spare_->close();
  for (const TagMemory* memory : taken_) gst_buffer_unref(memory->buffer);
}

void TagBuffers::free_blocks() {
  if (!std::exchange(pushing_, false)) return;
  const std::size_t there = spare_->end_pushing(freed_) + taken_.size();
  Block::free_all(freed_);
  freed_.clear();
  const std::size_t needed = std::max(std::exchange(needed_, 0), kFewestSpare);
  if (there > needed) free_spare((there - needed + 7) / 8);
}

void TagBuffers::free_spare(std::size_t count) {
  for (; count > 0; --count) {
    if (taken_.empty()) spare_->take(taken_);
    if (taken_.empty()) return;
    TagMemory* memory = taken_.back();
    taken_.pop_back();
    memory->spare.reset();  // so it does not come back
    gst_buffer_unref(memory->buffer);
  }
}

TagMemory* TagBuffers::take_spare() {
  if (!std::exchange(pushing_, true)) spare_->begin_pushing();
  ++needed_;
  if (taken_.empty()) spare_->take(taken_);
  if (taken_.empty()) return new_buffer(spare_);
  TagMemory* memory = taken_.back();
  taken_.pop_back();
  return memory;
}

GstBuffer* TagBuffers::wrap(Block block, std::size_t offset, std::size_t size) {
  TagMemory* memory = take_spare();
  memory->fill(std::move(block), offset, size);
  GstBuffer* buffer = memory->buffer;
  GST_BUFFER_FLAGS(buffer) = memory->buffer_flags;
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET(buffer) = GST_BUFFER_OFFSET_END(buffer) = GST_BUFFER_OFFSET_NONE;
  return buffer;
}

}  // namespace rtmp
