// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "rtmp/block.h"

namespace rtmp {

class SpareBuffers;
struct TagMemory;

/// Makes the buffers of a stream: each has the bytes of one block, which are not copied.
///
/// To make and free a buffer and its memory is most of the work that a tag is for GStreamer. So when the last
/// reference to a buffer goes, in any thread, buffer and memory are kept for another block. That happens only
/// if they are as they were made: the buffer has its memory and no other, and no meta, and nobody has a
/// reference to the memory or a part of it. Otherwise, and beyond kMostSpare, they are freed as usual. As
/// with a GstBufferPool, data that was attached to a buffer with gst_mini_object_set_qdata() stays attached
/// to it.
///
/// The blocks of buffers that come back while the streaming thread pushes others are freed together, by
/// free_blocks(). Those beyond 512 KiB, and those of buffers that come back later, are freed at once.
///
/// Only the streaming thread uses an object of this class. Its buffers may outlive it.
class TagBuffers {
 public:
  /// How many unused buffers are kept at most: as many as a batch of tags has. Each takes half a kilobyte. An
  /// eighth of those that one batch did not need is freed behind it, so a single burst does not cost memory
  /// for good.
  static constexpr std::size_t kMostSpare = 256;

  TagBuffers();
  ~TagBuffers();
  TagBuffers(const TagBuffers&) = delete;
  TagBuffers& operator=(const TagBuffers&) = delete;

  /// Returns a buffer with `size` bytes of the block, from `offset` on. It has no flags and no times. The
  /// caller owns it.
  GstBuffer* wrap(Block block, std::size_t offset, std::size_t size);
  /// To be called when what was made has been pushed, before the thread waits for more.
  void free_blocks();

 private:
  static constexpr std::size_t kFewestSpare = 8;

  TagMemory* take_spare();
  void free_spare(std::size_t count);

  std::shared_ptr<SpareBuffers> spare_;
  std::vector<TagMemory*> taken_;  // spare buffers that were taken, and are used next
  std::vector<Block> freed_;       // is empty, but has memory
  bool pushing_ = false;           // wrap() was called after free_blocks()
  std::size_t needed_ = 0;         // how often it was called since
};

}  // namespace rtmp
