// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "rtmp/block.h"

namespace rtmp {

class SpareBuffers;

/// GStreamer's memory whose bytes are those of a block. It may be mapped, shared, copied and resized like
/// that of the system, from any thread. The block is freed with it, or by fill().
struct TagMemory : GstMemory {
  Block block{};                  // empty in a part that gst_memory_share() has made of another memory
  std::uint8_t* bytes = nullptr;  // of the block, or of that of the other memory
  // TagBuffers has made this buffer for it; null in a part.
  GstBuffer* buffer = nullptr;
  // Its flags and the state of its lock, and the flags of the buffer, as they were when the two were new.
  guint flags = 0;
  gint locks = 0;
  guint buffer_flags = 0;
  std::shared_ptr<SpareBuffers> spare{};  // where the two go when nobody needs them

  /// Replaces the block. Nobody else may have a reference to the memory, nor a part of it.
  void fill(Block filled, std::size_t at, std::size_t length);
};

/// Returns new memory without a block. The caller owns it.
TagMemory* new_tag_memory();
/// Returns `memory` as what it is, or null if it is of another kind.
TagMemory* as_tag_memory(GstMemory* memory);

}  // namespace rtmp
