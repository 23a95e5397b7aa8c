// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_memory.h"

#include <atomic>
#include <mutex>
#include <utility>

// Its memory is made by new_tag_memory() alone, because it does not choose the size itself.
struct GstRtmp2TagAllocator {
  GstAllocator parent;
};
struct GstRtmp2TagAllocatorClass {
  GstAllocatorClass parent_class;
};

G_DEFINE_TYPE(GstRtmp2TagAllocator, gst_rtmp2_tag_allocator, GST_TYPE_ALLOCATOR)

static rtmp::TagMemory* tag_memory(GstMemory* memory) { return static_cast<rtmp::TagMemory*>(memory); }

static void gst_rtmp2_tag_allocator_free(GstAllocator*, GstMemory* memory) { delete tag_memory(memory); }

static gpointer gst_rtmp2_tag_allocator_map(GstMemory* memory, gsize, GstMapFlags) {
  return tag_memory(memory)->bytes;
}

static void gst_rtmp2_tag_allocator_unmap(GstMemory*) {}

// A part holds a reference to the memory with the block, which is locked meanwhile. So nobody writes to it.
static GstMemory* gst_rtmp2_tag_allocator_share(GstMemory* memory, gssize offset, gssize size) {
  GstMemory* whole = memory->parent ? memory->parent : memory;
  auto* part = new rtmp::TagMemory;
  part->bytes = tag_memory(memory)->bytes;
  const auto begin = static_cast<gsize>(static_cast<gssize>(memory->offset) + offset);
  const gsize length = size < 0 ? memory->offset + memory->size - begin : static_cast<gsize>(size);
  gst_memory_init(
      part, static_cast<GstMemoryFlags>(GST_MINI_OBJECT_FLAGS(whole) | GST_MINI_OBJECT_FLAG_LOCK_READONLY),
      memory->allocator, whole, memory->maxsize, memory->align, begin, length);
  return part;
}

// GStreamer asks only for parts of the same memory.
static gboolean gst_rtmp2_tag_allocator_is_span(GstMemory* first, GstMemory* second, gsize* offset) {
  if (offset) *offset = first->offset - first->parent->offset;
  return first->offset + first->size == second->offset;
}

static void gst_rtmp2_tag_allocator_class_init(GstRtmp2TagAllocatorClass* klass) {
  klass->parent_class.free = gst_rtmp2_tag_allocator_free;
}

static void gst_rtmp2_tag_allocator_init(GstRtmp2TagAllocator* self) {
  auto* allocator = GST_ALLOCATOR_CAST(self);
  allocator->mem_type = "Rtmp2Tag";
  allocator->mem_map = gst_rtmp2_tag_allocator_map;
  allocator->mem_unmap = gst_rtmp2_tag_allocator_unmap;
  allocator->mem_share = gst_rtmp2_tag_allocator_share;
  allocator->mem_is_span = gst_rtmp2_tag_allocator_is_span;
  GST_OBJECT_FLAG_SET(allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

namespace rtmp {
namespace {

// Never destroyed: memory downstream may be freed after everything else. Null until there is memory of it.
std::atomic<GstAllocator*> the_allocator{nullptr};

GstAllocator* allocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    auto* made = static_cast<GstAllocator*>(
        gst_object_ref_sink(g_object_new(gst_rtmp2_tag_allocator_get_type(), nullptr)));
    GST_OBJECT_FLAG_SET(made, GST_OBJECT_FLAG_MAY_BE_LEAKED);
    the_allocator = made;
  });
  return the_allocator;
}

}  // namespace

void TagMemory::fill(Block filled, std::size_t at, std::size_t length) {
  block = std::move(filled);
  bytes = block.base();
  maxsize = block.capacity();
  offset = at;
  size = length;
}

TagMemory* new_tag_memory() {
  auto* memory = new TagMemory;
  gst_memory_init(memory, GstMemoryFlags{}, allocator(), nullptr, 0, 0, 0, 0);
  return memory;
}

TagMemory* as_tag_memory(GstMemory* memory) {
  return memory->allocator == the_allocator.load(std::memory_order_relaxed) ? static_cast<TagMemory*>(memory)
                                                                            : nullptr;
}

}  // namespace rtmp
