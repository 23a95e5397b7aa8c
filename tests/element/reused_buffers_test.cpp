// SPDX-License-Identifier: LGPL-2.1-or-later
// Buffers that have come back are used for other tags. Whatever downstream has done to one, or has kept of
// one, shows in no other buffer.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "element_stats.h"
#include "eventually.h"
#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr std::size_t kHeaders = 3;

struct Unref {
  void operator()(gpointer object) const { gst_mini_object_unref(GST_MINI_OBJECT_CAST(object)); }
};
using Buffer = std::unique_ptr<GstBuffer, Unref>;
using Memory = std::unique_ptr<GstMemory, Unref>;

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

/// Calls a function for each buffer that reaches the sink.
class AtSink {
 public:
  using Function = std::function<void(GstPadProbeInfo* info)>;
  AtSink(TestPipeline& pipeline, Function function) : function_(std::move(function)) {
    GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "sink");
    GstPad* pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer self) {
          static_cast<AtSink*>(self)->function_(info);
          return GST_PAD_PROBE_OK;
        },
        this, nullptr);
    gst_object_unref(pad);
    gst_object_unref(sink);
  }

 private:
  Function function_;
};

constexpr const char* kSink = "fakesink name=sink sync=false enable-last-sample=false";

/// Publishes the headers and the first frame, and then each tag when the one before has been pushed. So each
/// is pushed as a buffer and not in a list, and nobody else has a reference to it.
void publish_one_by_one(TestPipeline& pipeline, const std::vector<Sent>& sent) {
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    ASSERT_TRUE(send_all(publisher, {sent[i]}));
    if (i < kHeaders) continue;
    ASSERT_TRUE(pipeline.wait_for_buffers(1 + i + 1)) << i;
  }
}

/// Counts the buffers of a pipeline that reach the sink, each once until it is freed. Must outlive the
/// pipeline.
class Counted {
 public:
  void watch(TestPipeline& pipeline) {
    GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "sink");
    GstPad* pad = gst_element_get_static_pad(sink, "sink");
    constexpr auto kData =
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(pad, kData, on_data, this, nullptr);
    gst_object_unref(pad);
    gst_object_unref(sink);
  }
  [[nodiscard]] std::size_t made() {
    std::lock_guard lock(mutex_);
    return made_;
  }
  [[nodiscard]] std::size_t alive() {
    std::lock_guard lock(mutex_);
    return alive_.size();
  }

 private:
  static GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer self) {
    auto& counted = *static_cast<Counted*>(self);
    if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
      counted.add(GST_PAD_PROBE_INFO_BUFFER(info));
      return GST_PAD_PROBE_OK;
    }
    GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i) counted.add(gst_buffer_list_get(list, i));
    return GST_PAD_PROBE_OK;
  }
  void add(GstBuffer* buffer) {
    auto* object = GST_MINI_OBJECT_CAST(buffer);
    std::lock_guard lock(mutex_);
    if (!alive_.insert(object).second) return;
    ++made_;
    gst_mini_object_weak_ref(
        object,
        [](gpointer self, GstMiniObject* gone) {
          auto& counted = *static_cast<Counted*>(self);
          std::lock_guard freeing(counted.mutex_);
          counted.alive_.erase(gone);
        },
        this);
  }

  std::mutex mutex_;
  std::set<GstMiniObject*> alive_;
  std::size_t made_ = 0;
};

TEST(ReusedBuffers, FewAreMadeAndAllAreGoneWithTheElement) {
  const auto sent = made_up_stream(100);
  Counted buffers;
  auto pipeline = std::make_unique<TestPipeline>("", kSink);
  buffers.watch(*pipeline);
  pipeline->play();
  publish_one_by_one(*pipeline, sent);
  EXPECT_EQ(pipeline->wait(), "eos");
  pipeline.reset();
  EXPECT_LE(buffers.made(), 16u) << "of " << sent.size() << "; a buffer may go after the next one was made";
  EXPECT_EQ(buffers.alive(), 0u);
}

TEST(ReusedBuffers, ThoseOfABurstGoWithTheTagsBehindIt) {
  const auto sent = made_up_stream(200, 100);
  constexpr std::size_t kBurst = 240;
  Counted buffers;
  TestPipeline pipeline("", kSink);
  buffers.watch(pipeline);
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  pipeline.block();
  // Nothing is pushed meanwhile, so all but those in front of the first frame go as one list or two.
  ASSERT_TRUE(send_all(publisher, {sent.begin(), sent.begin() + kBurst}));
  ASSERT_TRUE(pipeline.wait_blocked());
  ASSERT_TRUE(eventually([&] {
    const auto stats = stats_of(pipeline.src());
    return number(stats.get(), "video-tags") + number(stats.get(), "audio-tags") >= kBurst - kHeaders;
  }));
  pipeline.unblock();
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + kBurst));
  EXPECT_GT(buffers.made(), kBurst / 2);
  for (std::size_t i = kBurst; i < sent.size(); ++i) {
    ASSERT_TRUE(send_all(publisher, {sent[i]}));
    ASSERT_TRUE(pipeline.wait_for_buffers(1 + i + 1)) << i;
  }
  EXPECT_LE(buffers.alive(), 8 + kHeaders + 8) << "8, those in the caps, and those on their way";
}

/// A buffer is like a new one with a tag.
void expect_new(GstBuffer* buffer) {
  if (GST_BUFFER_OFFSET(buffer) == 0) return;  // the file header
  constexpr guint kOfTags = GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_HEADER | GST_BUFFER_FLAG_TAG_MEMORY;
  EXPECT_EQ(GST_BUFFER_FLAGS(buffer) & ~kOfTags, 0u);
  EXPECT_FALSE(GST_BUFFER_DURATION_IS_VALID(buffer));
  EXPECT_EQ(GST_BUFFER_PTS(buffer), GST_BUFFER_DTS(buffer));
  EXPECT_EQ(GST_BUFFER_OFFSET_END(buffer) - GST_BUFFER_OFFSET(buffer), gst_buffer_get_size(buffer));
  EXPECT_EQ(gst_buffer_n_memory(buffer), 1u);
  gpointer state = nullptr;
  EXPECT_EQ(gst_buffer_iterate_meta(buffer, &state), nullptr);
}

TEST(ReusedBuffers, ComeBackFromAnotherThread) {
  const auto sent = made_up_stream(1000, 3000);
  TestPipeline pipeline("", std::string("queue max-size-buffers=5 ! ") + kSink);
  std::set<GstBuffer*> seen;
  const AtSink at_sink(pipeline, [&](GstPadProbeInfo* info) {
    seen.insert(GST_PAD_PROBE_INFO_BUFFER(info));
    expect_new(GST_PAD_PROBE_INFO_BUFFER(info));
  });
  pipeline.play();
  {
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    ASSERT_TRUE(send_all(publisher, sent));
  }
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(pipeline.bytes(), flv_file(sent));
  // Two lists of 256 at most, and what the queue, the sink and the thread between them have.
  EXPECT_LE(seen.size(), 2 * 256 + 20u) << "of " << sent.size();
}

/// What elements downstream do to a buffer that they own.
using Use = std::function<Buffer(Buffer)>;

/// What a test keeps, and what bytes this must have later.
struct Kept {
  std::vector<std::pair<Buffer, std::string>> buffers;
  std::vector<std::pair<Memory, std::string>> memories;

  void keep(Buffer buffer) {
    std::string bytes = bytes_of(buffer.get());
    buffers.emplace_back(std::move(buffer), std::move(bytes));
  }
  void check() const {
    for (const auto& [buffer, bytes] : buffers) EXPECT_EQ(bytes_of(buffer.get()), bytes);
    for (const auto& [memory, bytes] : memories) {
      const Buffer around(gst_buffer_new());
      gst_buffer_append_memory(around.get(), gst_memory_ref(memory.get()));
      EXPECT_EQ(bytes_of(around.get()), bytes);
    }
  }
};

GstBuffer* text(const char* bytes) { return gst_buffer_new_memdup(bytes, strlen(bytes)); }

std::vector<Use> uses(Kept& kept) {
  return {
      [](Buffer buffer) { return buffer; },
      [&](Buffer buffer) {
        kept.keep(Buffer(gst_buffer_ref(buffer.get())));
        return buffer;
      },
      [](Buffer buffer) {  // written to, shortened, and with other times
        gst_buffer_memset(buffer.get(), 0, 'x', gst_buffer_get_size(buffer.get()));
        gst_buffer_resize(buffer.get(), 11, 20);
        GST_BUFFER_PTS(buffer.get()) = 1;
        GST_BUFFER_DURATION(buffer.get()) = GST_BUFFER_OFFSET_END(buffer.get()) = 1;
        GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_LAST);
        return buffer;
      },
      [&](Buffer buffer) {  // a part is kept
        kept.keep(Buffer(gst_buffer_copy_region(buffer.get(), GST_BUFFER_COPY_ALL, 11, 100)));
        return buffer;
      },
      [&](Buffer buffer) {  // the memory is kept
        Memory memory(gst_buffer_get_memory(buffer.get(), 0));
        kept.memories.emplace_back(std::move(memory), bytes_of(buffer.get()));
        return buffer;
      },
      [&](Buffer buffer) {  // a copy that shares the memory is kept
        kept.keep(Buffer(gst_buffer_copy(buffer.get())));
        return buffer;
      },
      [&](Buffer buffer) { return Buffer(gst_buffer_append(buffer.release(), text("behind it"))); },
      [&](Buffer buffer) {
        kept.keep(Buffer(gst_buffer_append(text("in front of it"), buffer.release())));
        return Buffer(text("something else"));
      },
      [](Buffer buffer) {
        gst_buffer_replace_all_memory(buffer.get(), gst_allocator_alloc(nullptr, 10, nullptr));
        return buffer;
      },
      [memory = std::make_shared<Memory>()](Buffer buffer) {  // the next gets the memory of this one
        if (*memory)
          gst_buffer_replace_all_memory(buffer.get(), memory->release());
        else
          memory->reset(gst_buffer_get_memory(buffer.get(), 0));
        return buffer;
      },
      [](Buffer buffer) {
        gst_buffer_remove_all_memory(buffer.get());
        return buffer;
      },
      [](Buffer buffer) {
        GstCaps* caps = gst_caps_new_empty_simple("timestamp/x-unix");
        gst_buffer_add_reference_timestamp_meta(buffer.get(), caps, 1, GST_CLOCK_TIME_NONE);
        gst_caps_unref(caps);
        return buffer;
      },
      [](Buffer buffer) {
        GST_MINI_OBJECT_FLAG_SET(gst_buffer_peek_memory(buffer.get(), 0), GST_MEMORY_FLAG_READONLY);
        return buffer;
      },
  };
}

TEST(ReusedBuffers, WhatDownstreamDoesToOneShowsInNoOther) {
  Kept kept;
  const auto used = uses(kept);
  std::size_t count = 0;
  const auto sent = made_up_stream(20 * used.size());
  auto pipeline = std::make_unique<TestPipeline>("", kSink);
  const AtSink at_sink(*pipeline, [&](GstPadProbeInfo* info) {
    if (GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_HEADER)) return;
    ++count;
    Buffer buffer(GST_PAD_PROBE_INFO_BUFFER(info));
    expect_new(buffer.get());
    EXPECT_TRUE(gst_buffer_is_writable(buffer.get()));
    GstMapInfo map;
    GstMemory* memory = gst_buffer_peek_memory(buffer.get(), 0);
    ASSERT_TRUE(gst_memory_map(memory, &map, GST_MAP_READWRITE));
    gst_memory_unmap(memory, &map);
    // Two tags after the other have the same use, so that the second may have the buffer of the first.
    info->data = used[count / 2 % used.size()](std::move(buffer)).release();
  });
  pipeline->play();
  publish_one_by_one(*pipeline, sent);
  EXPECT_EQ(pipeline->wait(), "eos");
  EXPECT_GE(count, sent.size() - kHeaders - 1);  // the first frame may be in a list
  EXPECT_EQ(pipeline->bytes(), flv_file(sent));
  kept.check();
  pipeline.reset();
  kept.check();
  // The last references go in a thread that the element never had.
  std::thread([&] { kept = {}; }).join();
}

}  // namespace
}  // namespace rtmp::test
