// SPDX-License-Identifier: LGPL-2.1-or-later
// What one publisher, or many connections, can make this process hold. The table of docs/performance.md.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "eventually.h"
#include "flood.h"
#include "held.h"
#include "slowness.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kQueue = 4 << 20;  // max-queue-bytes, as it is by default
constexpr std::size_t kMostAdded = kQueue + 32'000'000;
constexpr std::size_t kMostLeft = 8'000'000;
constexpr std::uint32_t kLongest = 0xFFFFFF;
constexpr const char* kStart = "NetStream.Publish.Start";

// A pipeline whose bus nobody reads, and that keeps nothing.
class Pipeline {
 public:
  explicit Pipeline(const std::string& properties = "")
      : pipeline_(gst_parse_launch(("rtmp2serversrc name=src host=127.0.0.1 port=0 " + properties +
                                    " ! fakesink sync=false async=false enable-last-sample=false")
                                       .c_str(),
                                   nullptr)),
        src_(gst_bin_get_by_name(GST_BIN(pipeline_), "src")),
        pad_(gst_element_get_static_pad(src_, "src")) {
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  }
  ~Pipeline() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pad_);
    gst_object_unref(src_);
    gst_object_unref(pipeline_);
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  [[nodiscard]] std::uint16_t port() const {
    guint port = 0;
    g_object_get(src_, "current-port", &port, nullptr);
    return static_cast<std::uint16_t>(port);
  }
  // Downstream takes nothing until unblock().
  void block() {
    probe_ = gst_pad_add_probe(
        pad_, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM),
        [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; }, nullptr, nullptr);
  }
  void unblock() { gst_pad_remove_probe(pad_, probe_); }

 private:
  GstElement* pipeline_;
  GstElement* src_;
  GstPad* pad_;
  gulong probe_ = 0;
};

struct Case {
  const char* name;
  std::function<void(Flood&)> send;
};

const Bytes kKeyFrame = wire("17 01 000000");
const Bytes kSequenceHeader = wire("17 00 000000");
const Bytes kEndOfSequence = wire("17 02 000000");

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"aggregates of 16 MiB, of messages of 15 bytes",
       [](Flood& out) {
         for (int i = 0; i < 2; ++i) {
           out.open(6, MessageType::kAggregate, kLongest);
           out.repeat(wire("08 000000 000000 00 000000 0000000B"), kLongest / 15);
         }
       }},
      {"aggregates of 16 MiB, of messages of 3 MiB",
       [](Flood& out) {
         constexpr std::uint32_t kPart = 3 << 20;
         for (int i = 0; i < 4; ++i) {
           out.open(6, MessageType::kAggregate, 5 * (kPart + 15));
           for (int part = 0; part < 5; ++part) {
             out.repeat(wire("09 300000 000000 00 000000 17 01 000000"), 1);
             out.zeros(kPart - 5 + 4);
           }
         }
       }},
      {"16 MiB of messages of 2 bytes",
       [](Flood& out) {
         out.message(MessageType::kAudio, wire("AF 01"), 2);
         out.repeat(wire("C6 AF 01"), (16 << 20) / 3);
       }},
      {"64 ends of sequence of 16 MiB",
       [](Flood& out) {
         for (int i = 0; i < 64; ++i) out.message(MessageType::kVideo, kEndOfSequence, kLongest);
       }},
      {"80 sequence headers of 16 MiB before the first frame",
       [](Flood& out) {
         for (int i = 0; i < 80; ++i) out.message(MessageType::kVideo, kSequenceHeader, kLongest);
       }},
      {"255 sequence headers of 60 KiB before the first frame",
       [](Flood& out) {
         for (int i = 0; i < 255; ++i) out.message(MessageType::kVideo, kSequenceHeader, 60 << 10);
       }},
      {"20 key frames of 16 MiB",
       [](Flood& out) {
         for (int i = 0; i < 20; ++i) out.message(MessageType::kVideo, kKeyFrame, kLongest);
       }},
      {"two open messages of 16 MiB",
       [](Flood& out) {
         out.chunk_size(kLongest - 1);
         for (std::uint8_t stream = 6; stream < 8; ++stream) {
           out.open(stream, MessageType::kVideo, kLongest);
           out.zeros(kLongest - 1);
         }
       }},
      {"key frames of 16 MiB, and one of almost 4 MiB open",
       [](Flood& out) {
         constexpr std::uint32_t kOther = (4 << 20) - (64 << 10);
         out.chunk_size(kOther - 1);
         out.open(7, MessageType::kVideo, kOther);
         out.zeros(kOther - 1);
         for (int i = 0; i < 8 && !out.failed(); ++i) {
           out.open(6, MessageType::kVideo, kLongest);
           for (std::uint32_t sent = 0; sent < kLongest;) {
             if (sent > 0) out.go_on(6);
             const std::uint32_t piece = std::min(kOther - 1, kLongest - sent);
             out.zeros(piece);
             sent += piece;
           }
         }
       }},
  };
  return all;
}

double in_mb(std::ptrdiff_t bytes) { return static_cast<double>(bytes) / 1e6; }

// Of this process before it has heard of any publisher: what earlier cases left counts too.
std::ptrdiff_t memory_at_first() {
  static const std::size_t at_first = [] {
    const Pipeline pipeline;
    return memory_now();
  }();
  return static_cast<std::ptrdiff_t>(at_first);
}

void expect_bounded(const Case& attack, bool blocked) {
  SCOPED_TRACE(attack.name);
  const std::ptrdiff_t before = memory_at_first();
  Pipeline pipeline;
  if (blocked) pipeline.block();
  forget_peak_memory();
  {
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart);
    publisher.give(std::chrono::seconds(blocked ? kSlowness : 60 * kSlowness));
    Flood flood(publisher);
    flood.chunk_size(kLongest);
    attack.send(flood);
    publisher.close();
  }
  const auto added = static_cast<std::ptrdiff_t>(peak_memory()) - before;
  if (blocked) pipeline.unblock();
  std::ptrdiff_t left = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    left = static_cast<std::ptrdiff_t>(memory_now()) - before;
  } while (left > static_cast<std::ptrdiff_t>(kMostLeft) && std::chrono::steady_clock::now() < deadline);
  std::printf("| %s%s | %.1f | %.1f |\n", attack.name, blocked ? ", downstream blocked" : "", in_mb(added),
              in_mb(left));
  if (kSanitized) return;  // which keep what was freed, and take memory of their own
  EXPECT_LE(added, static_cast<std::ptrdiff_t>(kMostAdded));
  EXPECT_LE(left, static_cast<std::ptrdiff_t>(kMostLeft));
}

TEST(Memory, OfOnePublisherIsBounded) {
  for (const Case& attack : cases()) expect_bounded(attack, false);
}

TEST(Memory, OfOnePublisherIsBoundedWhileDownstreamTakesNothing) {
  for (const Case& attack : cases()) expect_bounded(attack, true);
}

}  // namespace
}  // namespace rtmp::test
