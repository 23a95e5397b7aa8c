// SPDX-License-Identifier: LGPL-2.1-or-later
#include "floor_source.h"

#include <gst/base/gstpushsrc.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "message_copier.h"
#include "socket.h"

namespace rtmp::bench {
namespace {

/// A part of a block. It is made once with its buffer, and used for one message after the other.
struct FloorMemory : GstMemory {
  char* data = nullptr;
};

/// A block whose messages are downstream. Each buffer has a reference here, so none is made or freed.
struct Lent {
  FloorBlock block;
  std::vector<GstBuffer*> buffers{};
};

bool is_back(const GstBuffer* buffer) { return GST_MINI_OBJECT_REFCOUNT_VALUE(buffer) == 1; }

}  // namespace

class FloorServer {
 public:
  FloorServer(std::size_t chunk_size, GstAllocator* allocator)
      : allocator_(allocator), listener_(listen_on_loopback()), reader_([=, this] { read(chunk_size); }) {}
  ~FloorServer() {
    end();
    reader_.join();
    for (const Lent& lent : lent_) std::ranges::for_each(lent.buffers, gst_buffer_unref);
    std::ranges::for_each(spare_, gst_buffer_unref);
  }
  FloorServer(const FloorServer&) = delete;
  FloorServer& operator=(const FloorServer&) = delete;

  [[nodiscard]] guint port() const { return static_cast<guint>(listener_.second); }

  void end() {
    ::shutdown(listener_.first.get(), SHUT_RDWR);
    exchange_.end();
  }

  /// Returns what has come as one list. Blocks until something has. Null at the end.
  GstBufferList* next() {
    take_back();
    if (next_ == blocks_.size()) {
      blocks_.swap(back_);
      back_.clear();
      next_ = 0;
      if (!exchange_.take(blocks_)) return nullptr;
    }
    const auto some = std::span(blocks_).subspan(next_, std::min(kMostLent, blocks_.size() - next_));
    next_ += some.size();
    std::size_t count = 0;
    for (const FloorBlock& block : some) count += block.ends.size();
    GstBufferList* list = gst_buffer_list_new_sized(static_cast<guint>(count));
    for (FloorBlock& block : some) lend(std::move(block), list);
    return list;
  }

 private:
  // A sink may keep its last list until it has another one.
  static constexpr std::size_t kMostLent = Exchange::kBlocks / 2;

  void read(std::size_t chunk_size) {
    constexpr std::size_t kReadSize = 256 << 10;
    const Fd connection(::accept(listener_.first.get(), nullptr, nullptr));
    MessageCopier copier(chunk_size, exchange_);
    const std::unique_ptr<char[]> buffer(new char[kReadSize]);
    for (;;) {
      const auto size = ::recv(connection.get(), buffer.get(), kReadSize, 0);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      copier.copy(buffer.get(), static_cast<std::size_t>(size));
    }
    copier.end();
  }

  GstBuffer* spare() {
    if (!spare_.empty()) {
      GstBuffer* buffer = spare_.back();
      spare_.pop_back();
      return buffer;
    }
    auto* memory = new FloorMemory;
    gst_memory_init(memory, GstMemoryFlags{}, allocator_, nullptr, FloorBlock::kSize, 0, 0, 0);
    GstBuffer* buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, memory);
    return buffer;
  }

  void lend(FloorBlock block, GstBufferList* list) {
    Lent lent{std::move(block)};
    if (!lists_.empty()) {
      lent.buffers = std::move(lists_.back());
      lists_.pop_back();
    }
    std::size_t begin = 0;
    for (const std::size_t end : lent.block.ends) {
      GstBuffer* buffer = spare();
      auto* memory = static_cast<FloorMemory*>(gst_buffer_peek_memory(buffer, 0));
      memory->data = lent.block.memory.get() + begin;
      memory->size = end - begin;
      begin = end;
      GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = messages_ * GST_MSECOND;
      GST_BUFFER_OFFSET(buffer) = offset_;
      GST_BUFFER_OFFSET_END(buffer) = offset_ += memory->size;
      ++messages_;
      lent.buffers.push_back(buffer);
      gst_buffer_list_add(list, gst_buffer_ref(buffer));
    }
    lent_.push_back(std::move(lent));
  }

  void take_back() {
    std::erase_if(lent_, [this](Lent& lent) {
      if (!std::ranges::all_of(lent.buffers, is_back)) return false;
      spare_.insert(spare_.end(), lent.buffers.begin(), lent.buffers.end());
      lent.buffers.clear();
      lists_.push_back(std::move(lent.buffers));
      back_.push_back(std::move(lent.block));
      return true;
    });
  }

  GstAllocator* allocator_;
  const std::pair<Fd, int> listener_;
  Exchange exchange_;
  // The streaming thread uses these.
  std::vector<FloorBlock> blocks_;  // that were taken; those from next_ on have not been pushed
  std::size_t next_ = 0;
  std::vector<FloorBlock> back_;  // that have come back from downstream
  std::vector<Lent> lent_;
  std::vector<std::vector<GstBuffer*>> lists_;  // are empty, but have memory
  std::vector<GstBuffer*> spare_;
  guint64 messages_ = 0;
  guint64 offset_ = 0;
  std::thread reader_;
};

}  // namespace rtmp::bench

using rtmp::bench::FloorMemory;
using rtmp::bench::FloorServer;

struct FloorAllocator {
  GstAllocator parent;
};
struct FloorAllocatorClass {
  GstAllocatorClass parent_class;
};
G_DEFINE_TYPE(FloorAllocator, floor_allocator, GST_TYPE_ALLOCATOR)

static void floor_allocator_class_init(FloorAllocatorClass* klass) {
  klass->parent_class.free = [](GstAllocator*, GstMemory* memory) {
    delete static_cast<FloorMemory*>(memory);
  };
}

static void floor_allocator_init(FloorAllocator* self) {
  auto* allocator = GST_ALLOCATOR_CAST(self);
  allocator->mem_type = "Floor";
  allocator->mem_map = [](GstMemory* memory, gsize, GstMapFlags) -> gpointer {
    return static_cast<FloorMemory*>(memory)->data;
  };
  allocator->mem_unmap = [](GstMemory*) {};
  GST_OBJECT_FLAG_SET(allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

struct FloorSource {
  GstPushSrc parent;
  guint chunk_size;
  GstAllocator* allocator;
  FloorServer* server;  // from start() to stop()
};
struct FloorSourceClass {
  GstPushSrcClass parent_class;
};
G_DEFINE_TYPE(FloorSource, floor_source, GST_TYPE_PUSH_SRC)

enum { kPropChunkSize = 1, kPropCurrentPort };

static FloorSource* floor_source(gpointer object) { return static_cast<FloorSource*>(object); }

static void floor_source_set_property(GObject* object, guint, const GValue* value, GParamSpec*) {
  floor_source(object)->chunk_size = g_value_get_uint(value);
}

static void floor_source_get_property(GObject* object, guint id, GValue* value, GParamSpec*) {
  const FloorSource* self = floor_source(object);
  g_value_set_uint(value, id == kPropChunkSize ? self->chunk_size : self->server ? self->server->port() : 0);
}

static void floor_source_finalize(GObject* object) {
  gst_object_unref(floor_source(object)->allocator);
  G_OBJECT_CLASS(floor_source_parent_class)->finalize(object);
}

static gboolean floor_source_start(GstBaseSrc* src) {
  FloorSource* self = floor_source(src);
  self->server = new FloorServer(self->chunk_size, self->allocator);
  return TRUE;
}

static gboolean floor_source_stop(GstBaseSrc* src) {
  delete std::exchange(floor_source(src)->server, nullptr);
  return TRUE;
}

static gboolean floor_source_unlock(GstBaseSrc* src) {
  if (FloorServer* server = floor_source(src)->server) server->end();
  return TRUE;
}

static GstFlowReturn floor_source_create(GstPushSrc* src, GstBuffer**) {
  GstBufferList* list = floor_source(src)->server->next();
  if (!list) return GST_FLOW_EOS;
  gst_base_src_submit_buffer_list(GST_BASE_SRC(src), list);
  return GST_FLOW_OK;
}

static void floor_source_class_init(FloorSourceClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = floor_source_set_property;
  object_class->get_property = floor_source_get_property;
  object_class->finalize = floor_source_finalize;
  g_object_class_install_property(
      object_class, kPropChunkSize,
      g_param_spec_uint("chunk-size", nullptr, nullptr, 128, 0xffffff, 4096, G_PARAM_READWRITE));
  g_object_class_install_property(
      object_class, kPropCurrentPort,
      g_param_spec_uint("current-port", nullptr, nullptr, 0, 0xffff, 0, G_PARAM_READABLE));
  static GstStaticPadTemplate pad =
      GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &pad);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Floor source", "Source/Network",
                                        "Receives and hands on with as little work as possible",
                                        "rtmp2server-bench");
  auto* base_class = GST_BASE_SRC_CLASS(klass);
  base_class->start = floor_source_start;
  base_class->stop = floor_source_stop;
  base_class->unlock = floor_source_unlock;
  GST_PUSH_SRC_CLASS(klass)->create = floor_source_create;
}

static void floor_source_init(FloorSource* self) {
  self->allocator = GST_ALLOCATOR(gst_object_ref_sink(g_object_new(floor_allocator_get_type(), nullptr)));
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

void rtmp::bench::register_floor_source() {
  gst_element_register(nullptr, "floorsrc", GST_RANK_NONE, floor_source_get_type());
}
