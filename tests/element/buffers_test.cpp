// SPDX-License-Identifier: LGPL-2.1-or-later
// The memory of buffers: what elements downstream may do with it, and for how long.
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kTagHeader = 11;
constexpr std::size_t kTagEnd = 4;
constexpr std::size_t kFrame = 5000;
constexpr std::size_t kParts = 20;

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using Buffer = std::unique_ptr<GstBuffer, Unref>;

std::string bytes_of(GstBuffer* buffer) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return "cannot be read";
  std::string bytes(reinterpret_cast<const char*>(map.data), map.size);
  gst_buffer_unmap(buffer, &map);
  return bytes;
}

const guint8* address_of(GstBuffer* buffer) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) return nullptr;
  const guint8* address = map.data;
  gst_buffer_unmap(buffer, &map);
  return address;
}

/// The body of a tag, as a demuxer takes it out.
struct Part {
  Buffer buffer;
  std::string bytes;
};

/// Pulls video frames from the sink, and keeps their bodies.
std::vector<Part> pull_parts(TestPipeline& pipeline) {
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "sink");
  std::vector<Part> parts;
  while (parts.size() < kParts) {
    GstSample* sample = nullptr;
    g_signal_emit_by_name(sink, "try-pull-sample", 20 * GST_SECOND, &sample);
    if (!sample) break;
    GstBuffer* tag = gst_sample_get_buffer(sample);
    const gsize size = gst_buffer_get_size(tag);
    if (size > kFrame) {
      Buffer part(
          gst_buffer_copy_region(tag, GST_BUFFER_COPY_MEMORY, kTagHeader, size - kTagHeader - kTagEnd));
      EXPECT_EQ(address_of(part.get()), address_of(tag) + kTagHeader) << "the part is a copy";
      std::string bytes = bytes_of(tag).substr(kTagHeader, size - kTagHeader - kTagEnd);
      parts.push_back({std::move(part), std::move(bytes)});
    }
    gst_sample_unref(sample);
  }
  gst_object_unref(sink);
  return parts;
}

TEST(Buffers, PartsOfTagsStayAsTheyAreWhileOthersComeAndWhenTheElementIsGone) {
  auto pipeline = std::make_unique<TestPipeline>("", "appsink name=sink sync=false max-buffers=1 drop=false");
  pipeline->play();
  auto publisher = std::make_unique<TcpPublisher>(pipeline->port());
  ASSERT_EQ(publisher->publish("live", "key"), "NetStream.Publish.Start");
  ASSERT_TRUE(send_all(*publisher, made_up_stream(2 * kParts, kFrame)));
  auto parts = pull_parts(*pipeline);
  ASSERT_EQ(parts.size(), kParts);

  // A part that is written to becomes a copy.
  const std::string before = parts[1].bytes;
  Buffer second(gst_buffer_make_writable(gst_buffer_ref(parts[1].buffer.get())));
  ASSERT_EQ(gst_buffer_memset(second.get(), 0, 'x', 1), 1u);
  EXPECT_EQ(bytes_of(parts[1].buffer.get()), before);

  publisher.reset();
  pipeline.reset();
  for (const Part& part : parts) EXPECT_EQ(bytes_of(part.buffer.get()), part.bytes);

  // The last references go in a thread that the element never had.
  std::thread([&] { parts.clear(); }).join();

  TestPipeline next;  // whose blocks may be the same
  next.play();
  TcpPublisher again(next.port());
  ASSERT_EQ(again.publish("live", "key"), "NetStream.Publish.Start");
  const auto sent = made_up_stream(2 * kParts, kFrame);
  ASSERT_TRUE(send_all(again, sent));
  ASSERT_TRUE(next.wait_for_buffers(1 + sent.size()));
  EXPECT_EQ(next.bytes(), flv_file(sent));
}

/// The first video frame that the sink has.
Buffer pull_frame(TestPipeline& pipeline) {
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "sink");
  Buffer frame;
  for (GstSample* sample = nullptr; !frame; gst_sample_unref(sample)) {
    g_signal_emit_by_name(sink, "try-pull-sample", 20 * GST_SECOND, &sample);
    if (!sample) break;
    if (gst_buffer_get_size(gst_sample_get_buffer(sample)) > kFrame)
      frame.reset(gst_buffer_ref(gst_sample_get_buffer(sample)));
  }
  gst_object_unref(sink);
  return frame;
}

// As GStreamer's own memory does.
TEST(Buffers, MemoryIsSharedMergedCopiedAndLockedLikeThatOfTheSystem) {
  TestPipeline pipeline("", "appsink name=sink sync=false max-buffers=1 drop=false");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  ASSERT_TRUE(send_all(publisher, made_up_stream(kParts, kFrame)));
  const Buffer frame = pull_frame(pipeline);
  ASSERT_TRUE(frame);
  const std::string bytes = bytes_of(frame.get());
  const gsize size = bytes.size();

  // Two neighbours are one piece again without a copy, parts of a part too.
  const Buffer body(
      gst_buffer_copy_region(frame.get(), GST_BUFFER_COPY_MEMORY, kTagHeader, size - kTagHeader));
  Buffer both(gst_buffer_copy_region(body.get(), GST_BUFFER_COPY_MEMORY, 0, 100));
  both.reset(gst_buffer_append(both.release(),
                               gst_buffer_copy_region(body.get(), GST_BUFFER_COPY_MEMORY, 100, 200)));
  ASSERT_EQ(gst_buffer_n_memory(both.get()), 2u);
  EXPECT_EQ(address_of(both.get()), address_of(frame.get()) + kTagHeader);
  EXPECT_EQ(bytes_of(both.get()), bytes.substr(kTagHeader, 300));

  // What is no neighbour is copied together.
  Buffer apart(gst_buffer_copy_region(body.get(), GST_BUFFER_COPY_MEMORY, 0, 100));
  apart.reset(gst_buffer_append(apart.release(),
                                gst_buffer_copy_region(body.get(), GST_BUFFER_COPY_MEMORY, 101, 100)));
  EXPECT_EQ(bytes_of(apart.get()), bytes.substr(kTagHeader, 100) + bytes.substr(kTagHeader + 101, 100));

  // A copy is the receiver's to write to; what is shared is nobody's.
  const Buffer copy(gst_buffer_copy_deep(frame.get()));
  ASSERT_EQ(gst_buffer_memset(copy.get(), 0, 'x', size), size);
  EXPECT_EQ(bytes_of(frame.get()), bytes);
  GstMapInfo map;
  EXPECT_FALSE(gst_memory_map(gst_buffer_peek_memory(body.get(), 0), &map, GST_MAP_WRITE));
}

}  // namespace
}  // namespace rtmp::test
