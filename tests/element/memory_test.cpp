// SPDX-License-Identifier: LGPL-2.1-or-later
// What one publisher, or many connections, can make this process hold. The table of docs/performance.md.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "certificate_files.h"
#include "element_stats.h"
#include "eventually.h"
#include "flood.h"
#include "held.h"
#include "rtmp/limits.h"
#include "slowness.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kQueue = 4 << 20;  // max-queue-bytes, as it is by default
constexpr std::size_t kMostAdded = kQueue + 32'000'000;
constexpr std::size_t kMostLeft = 8'000'000;
constexpr std::uint32_t kLongest = 0xFFFFFF;
// Where memory is not measured, a part of it takes the same ways.
constexpr std::uint32_t kShare = kSanitized ? 16 : 1;
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
  /// Whether the publisher has gone, and all that it sent has been taken downstream.
  [[nodiscard]] bool is_over() const {
    const auto stats = stats_of(src_);
    return !flag(stats.get(), "publishing") && number(stats.get(), "queue-bytes") == 0;
  }

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

// 1,500 times "onMetaData" with an object of so many fields, each time another.
void send_metadata(Flood& out, std::size_t fields) {
  Bytes body = wire("02 000A'onMetaData' 03");
  for (std::size_t i = 0; i < fields; ++i) {
    body.insert(body.end(), {0, 8});
    for (int digit = 7; digit >= 0; --digit)
      body.push_back(static_cast<std::uint8_t>('a' + (i >> 4 * digit & 15)));
    body.insert(body.end(), {0, 0x40, 0, 0, 0, 0, 0, 0, 0});
  }
  body.insert(body.end(), {0, 0, 9});
  for (std::size_t i = 0; i < 1500 / kShare && !out.failed(); ++i) {
    body[18] = static_cast<std::uint8_t>('a' + i % 26);  // in the first name
    body[19] = static_cast<std::uint8_t>('a' + i / 26 % 26);
    out.message(MessageType::kData, body, static_cast<std::uint32_t>(body.size()));
  }
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"aggregates of 16 MiB, of messages of 15 bytes",
       [](Flood& out) {
         for (int i = 0; i < 2; ++i) {
           constexpr std::uint32_t kParts = kLongest / 15 / kShare;
           out.open(6, MessageType::kAggregate, 15 * kParts);
           out.repeat(wire("08 000000 000000 00 000000 0000000B"), kParts);
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
         out.repeat(wire("C6 AF 01"), (16 << 20) / 3 / kShare);
       }},
      {"64 ends of sequence of 16 MiB",
       [](Flood& out) {
         for (std::uint32_t i = 0; i < 64 / kShare; ++i)
           out.message(MessageType::kVideo, kEndOfSequence, kLongest);
       }},
      {"80 sequence headers of 16 MiB before the first frame",
       [](Flood& out) {
         for (std::uint32_t i = 0; i < 80 / kShare; ++i)
           out.message(MessageType::kVideo, kSequenceHeader, kLongest);
       }},
      {"255 sequence headers of 60 KiB before the first frame",
       [](Flood& out) {
         for (std::uint32_t i = 0; i < 255 / kShare; ++i)
           out.message(MessageType::kVideo, kSequenceHeader, 60 << 10);
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
      {"1,500 onMetaData of 9,900 fields, and nobody reads the bus",
       [](Flood& out) { send_metadata(out, 9'900); }},
      {"1,500 onMetaData of 3,700 fields, and nobody reads the bus",
       [](Flood& out) { send_metadata(out, 3'700); }},
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
  EXPECT_TRUE(eventually([&] { return pipeline.is_over(); }));
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

TEST(Memory, OfManyHostileConnectionsIsBounded) {
  // Each holds all that one may that does not publish: several open messages, of 1 MiB together.
  const std::ptrdiff_t before = memory_at_first();
  const Pipeline pipeline("max-unpublished-connections=256 max-connections-per-address=256");
  forget_peak_memory();
  std::vector<std::unique_ptr<TcpPublisher>> all;
  for (int i = 0; i < 256; ++i) {
    auto& client = all.emplace_back(std::make_unique<TcpPublisher>(pipeline.port()));
    ASSERT_EQ(client->connect({.app = "live"}), "NetConnection.Connect.Success");
    Flood flood(*client);
    constexpr std::uint32_t kLength = limits::kMaxCommandMessage;
    flood.chunk_size(kLength - 1);
    for (std::uint8_t stream = 10; stream < 13; ++stream) {
      flood.open(stream, MessageType::kCommand, kLength);
      flood.zeros(kLength - 1);
    }
    EXPECT_FALSE(flood.failed());
  }
  const auto added = static_cast<std::ptrdiff_t>(peak_memory()) - before;
  std::printf("| 256 connections that open messages, and do not publish | %.1f | |\n", in_mb(added));
  EXPECT_LE(added, kSanitized ? PTRDIFF_MAX : 512'000'000);
}

TEST(Memory, OfIdleConnectionsWithTlsIsBounded) {
  // Both ends of 64 of them.
  const CertificateFiles files = make_certificate("memory");
  const Pipeline pipeline("certificate-file=" + files.certificate + " private-key-file=" + files.key);
  { TcpPublisher first = TcpPublisher::secure(pipeline.port()); }
  const auto before = static_cast<std::ptrdiff_t>(memory_now());
  std::vector<std::unique_ptr<TcpPublisher>> all;
  for (int i = 0; i < 64; ++i) {
    auto& client = all.emplace_back(std::make_unique<TcpPublisher>(TcpPublisher::secure(pipeline.port())));
    ASSERT_EQ(client->connect({.app = "live"}), "NetConnection.Connect.Success");
  }
  const auto added = static_cast<std::ptrdiff_t>(memory_now()) - before;
  std::printf("| 64 idle connections with TLS, both ends | %.1f | |\n", in_mb(added));
  EXPECT_LE(added, kSanitized ? PTRDIFF_MAX : 64'000'000);
}

}  // namespace
}  // namespace rtmp::test
