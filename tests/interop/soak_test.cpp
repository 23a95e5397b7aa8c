// SPDX-License-Identifier: LGPL-2.1-or-later
// Publishers that come, stall, get killed and are replaced, beside hostile neighbours, for as long as
// SOAK_SECONDS says. scripts/soak runs it for an hour.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <list>
#include <sstream>
#include <thread>

#include "certificate_files.h"
#include "element_stats.h"
#include "eventually.h"
#include "held.h"
#include "process.h"
#include "rtmp/limits.h"
#include "slowness.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kPublishers = 20;
constexpr const char* kSink = " ! fakesink sync=false async=false";
// What may differ by chance: blocks that the process keeps, caches of threads, pages of the heap.
constexpr std::size_t kTolerance = 8 << 20;
// GLib's pool keeps so many that it has no use for, for some seconds.
constexpr std::ptrdiff_t kThreadsOfGlib = 2;

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

/// An element in a pipeline of its own, whose downstream is held up for two of every six seconds if it is
/// one of those that stall.
class Stream {
 public:
  explicit Stream(const std::string& properties)
      : pipeline_(gst_parse_launch(("rtmp2serversrc name=src host=127.0.0.1 " + properties + kSink).c_str(),
                                   nullptr)),
        src_(gst_bin_get_by_name(GST_BIN(pipeline_), "src")),
        pad_(gst_element_get_static_pad(src_, "src")) {
    GstBus* bus = gst_element_get_bus(pipeline_);
    const auto drop = [](GstBus*, GstMessage* message, gpointer) {
      gst_message_unref(message);
      return GST_BUS_DROP;
    };
    gst_bus_set_sync_handler(bus, drop, nullptr, nullptr);
    gst_object_unref(bus);
    EXPECT_NE(gst_element_set_state(pipeline_, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  }
  ~Stream() {
    unblock();
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pad_);
    gst_object_unref(src_);
    gst_object_unref(pipeline_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] std::uint16_t port() const {
    guint port = 0;
    g_object_get(src_, "current-port", &port, nullptr);
    return static_cast<std::uint16_t>(port);
  }
  [[nodiscard]] StructurePtr stats() const { return stats_of(src_); }

  void block() {
    const auto mask = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER |
                                                   GST_PAD_PROBE_TYPE_BUFFER_LIST);
    const auto hold = [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; };
    if (probe_ == 0) probe_ = gst_pad_add_probe(pad_, mask, hold, nullptr, nullptr);
  }
  void unblock() {
    if (probe_ != 0) gst_pad_remove_probe(pad_, probe_);
    probe_ = 0;
  }

 private:
  GstElement* pipeline_;
  GstElement* src_;
  GstPad* pad_;
  gulong probe_ = 0;
};

/// Resident memory of this process, in bytes.
std::size_t resident_memory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::size_t kilobytes = 0;
  while (status >> word)
    if (word == "VmRSS:") status >> kilobytes;
  return kilobytes << 10;
}

/// What the process holds once nothing more of it goes: one that waits in line for the verdict on a secret
/// is there for some seconds more.
Held held_at_rest(std::uint16_t port) {
  const auto kRest = limits::kLongestGuessWait + std::chrono::seconds(1);
  constexpr auto kPatience = std::chrono::seconds(60);
  Held held = with_one_stranger(port);
  const auto begin = std::chrono::steady_clock::now();
  for (auto since = begin; std::chrono::steady_clock::now() - since < kRest;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const Held now = with_one_stranger(port);
    if (!now.as_many_as(held)) since = std::chrono::steady_clock::now();
    held = now;
    if (since - begin > kPatience) break;
  }
  return held;
}

/// The number that a line of the publishers' output begins with the name of.
std::size_t told(const std::string& output, const std::string& name) {
  std::istringstream lines(output);
  std::string word;
  std::size_t value = 0;
  while (lines >> word)
    if (word == name) lines >> value;
  return value;
}

class Soak : public testing::Test {
 protected:
  void SetUp() override {
    const CertificateFiles files = make_certificate("soak");
    const std::string tls = " certificate-file=" + files.certificate + " private-key-file=" + files.key;
    steady_ = &streams_.emplace_back("port=0 application=live stream-key=steady keep-listening=true");
    streams_.emplace_back("port=" + std::to_string(steady_->port()) +
                          " application=live stream-key=wanted keep-listening=true");
    for (std::size_t i = 0; i < kPublishers; ++i) {
      const bool secure = i % 5 == 4;
      std::uint16_t& port = secure ? secure_port_ : port_;
      const std::uint16_t shared = secure ? secure_port_ : steady_->port();
      Stream& stream = streams_.emplace_back(
          "port=" + std::to_string(shared) + " application=live stream-key=cam" + std::to_string(i) +
          " keep-listening=true takeover=" + (i % 2 == 0 ? "stale" : "replace") + (secure ? tls : ""));
      port = stream.port();
      ASSERT_NE(port, 0);
      if (i % 7 == 0) stalling_.push_back(&stream);
    }
  }

  // Publishers and strangers for so many seconds; how many failures the publishers saw.
  void run_for(int seconds, unsigned seed) {
    std::atomic<bool> over = false;
    std::thread strangers([&] {
      for (unsigned round = 0; !over; ++round) {
        const std::string hostile_client = std::getenv("HOSTILE_CLIENT");
        run({hostile_client, std::to_string(port_), "500", std::to_string(seed + round), "wanted"});
      }
    });
    std::thread staller([&] {
      for (int tick = 0; !over; ++tick) {
        for (Stream* stream : stalling_) {
          if (tick % 60 == 0) stream->block();
          if (tick % 60 == 20) stream->unblock();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // its pace
      }
      for (Stream* stream : stalling_) stream->unblock();
    });
    const std::uint64_t before = steady_tags();
    Process publishers({std::getenv("SOAK_PUBLISHERS"), std::to_string(port_), std::to_string(secure_port_),
                        std::to_string(kPublishers), std::to_string(seconds), std::to_string(seed)});
    const std::string output = publishers.wait();
    over = true;
    strangers.join();
    staller.join();
    std::cout << output;
    EXPECT_EQ(publishers.exit_status(), 0) << output;
    EXPECT_EQ(told(output, "failures"), 0u) << output;
    EXPECT_GT(told(output, "takeovers"), 0u);
    const std::size_t sent = told(output, "steady");
    EXPECT_GT(sent, 0u);
    EXPECT_GT(told(output, "wanted"), 0u);
    EXPECT_TRUE(eventually([&] { return steady_tags() == sent; }))
        << steady_tags() << " of " << sent << " tags arrived, " << before << " before";
  }

  // Of the publisher that was there last.
  [[nodiscard]] std::uint64_t steady_tags() const {
    const StructurePtr stats = steady_->stats();
    if (!gst_structure_has_field(stats.get(), "video-tags")) return 0;
    return number(stats.get(), "video-tags") + number(stats.get(), "audio-tags") +
           number(stats.get(), "script-tags");
  }

  std::list<Stream> streams_;
  std::vector<Stream*> stalling_;
  Stream* steady_ = nullptr;
  std::uint16_t port_ = 0;
  std::uint16_t secure_port_ = 0;
};

TEST_F(Soak, LeavesMemoryThreadsAndDescriptorsAsAfterItsBeginning) {
  const int seconds = std::stoi(setting("SOAK_SECONDS", "12"));
  const int beginning = std::min(60, seconds / 3);
  run_for(beginning, 1);
  const Held before = held_at_rest(port_);
  const std::size_t memory_before = resident_memory();
  std::cout << "after " << beginning << " s: " << before << ", " << memory_before << " resident" << std::endl;
  run_for(seconds - beginning, 1000);
  const Held after = with_one_stranger(port_, before);
  const std::size_t memory_after = resident_memory();
  std::cout << "after " << seconds << " s: " << after << ", " << memory_after << " resident" << std::endl;
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_LE(after.threads, before.threads + kThreadsOfGlib);
  if (!kSanitized) {
    EXPECT_LE(memory_after, memory_before + kTolerance);
    EXPECT_LE(after.heap, before.heap + kTolerance);
  }
}

}  // namespace
}  // namespace rtmp::test
