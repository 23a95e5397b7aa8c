// SPDX-License-Identifier: LGPL-2.1-or-later
// What publishers that come and go leave behind in an rtmp2serverbin: nothing. SOAK_SECONDS makes it longer,
// and has as many of them at once as the port takes by default.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include "eventually.h"
#include "flv_tags.h"
#include "held.h"
#include "slowness.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr std::size_t kHeapTolerance = 256 << 10;  // caches of threads

// A bin whose pads have a fakesink each.
class Taker {
 public:
  Taker() : pipeline_(gst_pipeline_new(nullptr)), bin_(gst_element_factory_make("rtmp2serverbin", nullptr)) {
    g_object_set(bin_, "port", 0, "max-publishers", 0, "max-unpublished-connections", 128, nullptr);
    gst_bin_add(GST_BIN(pipeline_), bin_);
    g_signal_connect(bin_, "pad-added", G_CALLBACK(add), this);
    g_signal_connect(bin_, "pad-removed", G_CALLBACK(remove), this);
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  }
  ~Taker() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }

  [[nodiscard]] std::uint16_t port() const {
    guint port = 0;
    g_object_get(bin_, "current-port", &port, nullptr);
    return static_cast<std::uint16_t>(port);
  }
  [[nodiscard]] std::size_t frames() const { return frames_; }

  // Waits until nobody is there, and reads the bus, as an application does.
  bool settles() {
    const bool empty =
        eventually([&] { return GST_BIN_NUMCHILDREN(bin_) == 0 && GST_ELEMENT(bin_)->numpads == 0; });
    GstBus* bus = gst_element_get_bus(pipeline_);
    while (GstMessage* message = gst_bus_pop(bus)) {
      EXPECT_NE(GST_MESSAGE_TYPE(message), GST_MESSAGE_ERROR);
      gst_message_unref(message);
    }
    gst_object_unref(bus);
    return empty;
  }

 private:
  static void add(GstElement*, GstPad* pad, Taker* self) {
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo*, gpointer taker) {
          ++static_cast<Taker*>(taker)->frames_;
          return GST_PAD_PROBE_OK;
        },
        self, nullptr);
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "sync", FALSE, "async", FALSE, nullptr);
    gst_bin_add(GST_BIN(self->pipeline_), sink);
    GstPad* sink_pad = gst_element_get_static_pad(sink, "sink");
    gst_pad_link(pad, sink_pad);
    gst_object_unref(sink_pad);
    g_object_set_data(G_OBJECT(pad), "sink", sink);
    gst_element_sync_state_with_parent(sink);
  }
  static void remove(GstElement*, GstPad* pad, Taker* self) {
    auto* sink = GST_ELEMENT(gst_object_ref(g_object_get_data(G_OBJECT(pad), "sink")));
    gst_bin_remove(GST_BIN(self->pipeline_), sink);
    gst_element_set_state(sink, GST_STATE_NULL);
    gst_object_unref(sink);
  }

  GstElement* pipeline_;
  GstElement* bin_;
  std::atomic<std::size_t> frames_ = 0;
};

// At the speed of the media.
void publish(std::uint16_t port, const std::string& key, std::size_t frames, std::atomic<int>& failed) {
  TcpPublisher publisher(port);
  if (const std::string status = publisher.publish("live", key); status != kStart) {
    ++failed;
    ADD_FAILURE() << key << " hears " << status;
    return;
  }
  const auto begin = Clock::now();
  const auto sent = avc_and_aac(frames);
  for (const Sent& message : sent) {
    std::this_thread::sleep_until(begin + std::chrono::milliseconds(message.timestamp));
    if (!send_all(publisher, {message})) ++failed;
  }
  publisher.close();
}

// The least of what is held within some time: threads of GLib's pool take a moment to end.
Held held_idle(Taker& taker) {
  EXPECT_TRUE(taker.settles());
  g_thread_pool_stop_unused_threads();
  Held least = with_one_stranger(taker.port());
  const auto until = Clock::now() + std::chrono::seconds(1);
  while (Clock::now() < until) {
    const Held held = with_one_stranger(taker.port());
    if (held.threads < least.threads || held.descriptors < least.descriptors) least = held;
  }
  return least;
}

TEST(BinCycles, PublishersThatComeAndGoLeaveNothingBehind) {
  const char* seconds = std::getenv("SOAK_SECONDS");
  const std::size_t at_once = seconds ? 100 : 10;
  const std::size_t frames = seconds ? 125 : 5;
  const auto length = std::chrono::seconds(seconds ? std::atoi(seconds) : 2 * kSlowness);
  Taker taker;
  std::atomic<int> failed = 0;
  std::size_t rounds = 0;
  const auto round = [&] {
    std::vector<std::thread> publishers;
    for (std::size_t i = 0; i < at_once; ++i)
      publishers.emplace_back(publish, taker.port(), "cam" + std::to_string(i), frames, std::ref(failed));
    for (std::thread& publisher : publishers) publisher.join();
    ASSERT_TRUE(taker.settles());
    ++rounds;
  };
  for (int i = 0; i < 3; ++i) ASSERT_NO_FATAL_FAILURE(round());
  const Held before = held_idle(taker);
  const auto end = Clock::now() + length;
  while (Clock::now() < end) ASSERT_NO_FATAL_FAILURE(round());
  const Held after = held_idle(taker);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(taker.frames(), rounds * at_once * frames * 2);
  EXPECT_TRUE(after.as_many_as(before)) << after << ", before " << before;
  EXPECT_LE(after.heap, before.heap + kHeapTolerance);
  if (seconds) std::cout << rounds * at_once << " publishers: " << before << ", then " << after << "\n";
}

}  // namespace
}  // namespace rtmp::test
