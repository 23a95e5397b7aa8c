// SPDX-License-Identifier: LGPL-2.1-or-later
// A publisher among thousands of connections that mean no good.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "element_stats.h"
#include "eventually.h"
#include "held.h"
#include "media_fixture.h"
#include "process.h"
#include "slowness.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kConnections = kSanitized ? 2'000 : 20'000;
// Of those that publish. A server that is slow closes most unheard, for there are too many.
constexpr std::size_t kHeard = kSanitized ? 0 : kConnections / 100;
constexpr milliseconds kPace{10};  // a tag each
// A tag is late no more than this and so many times what the machine does to a byte meanwhile.
constexpr milliseconds kLatest{100};
constexpr int kTimesTheControl = 3;
// Of the whole process, the test's own included, in bytes.
constexpr std::size_t kMostMemory = kSanitized ? SIZE_MAX : 100'000'000;
// What may differ in the heap: the freed blocks that the process keeps, and by chance. Two hundred bytes for
// each connection would be more.
constexpr std::size_t kHeapTolerance = (2 << 20) + kConnections * 50;

/// What this machine does to a byte that goes to one thread and from there to another, as a tag does, where
/// these have nothing else to do.
class Control {
 public:
  explicit Control(std::size_t most) : arrivals_(most) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, there_.data()), 0);
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, on_.data()), 0);
    first_ = std::thread([this] {
      for (char byte = 0; read(there_[1], &byte, 1) == 1;) EXPECT_EQ(write(on_[0], &byte, 1), 1);
      close(on_[0]);
    });
    second_ = std::thread([this] {
      for (char byte = 0; read(on_[1], &byte, 1) == 1 && count_ < arrivals_.size(); ++count_)
        arrivals_[count_] = Clock::now();
    });
  }
  ~Control() {
    close(there_[0]);
    first_.join();
    second_.join();
    close(there_[1]);
    close(on_[1]);
  }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  void send() { EXPECT_EQ(write(there_[0], "", 1), 1); }
  /// When each arrived, once so many have.
  const std::vector<Clock::time_point>& arrivals(std::size_t count) {
    EXPECT_TRUE(eventually([&] { return count_ >= count; }));
    return arrivals_;
  }

 private:
  std::array<int, 2> there_{};
  std::array<int, 2> on_{};
  std::vector<Clock::time_point> arrivals_;
  std::atomic<std::size_t> count_ = 0;
  std::thread first_;
  std::thread second_;
};

// The latest, from when it was written to when it arrived.
Clock::duration latest(const std::vector<Clock::time_point>& written,
                       const std::vector<Clock::time_point>& arrived) {
  Clock::duration most{};
  for (std::size_t i = 0; i < written.size(); ++i) most = std::max(most, arrived[i] - written[i]);
  return most;
}

// As an application that reads its messages.
void drop_messages(TestPipeline& pipeline) {
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  const auto drop = [](GstBus*, GstMessage* message, gpointer) {
    gst_message_unref(message);
    return GST_BUS_DROP;
  };
  gst_bus_set_sync_handler(bus, drop, nullptr, nullptr);
  gst_object_unref(bus);
}

double in_ms(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

TEST(Stress, APublisherLosesNothingAmongThousandsOfHostileConnections) {
  const char* hostile_client = std::getenv("HOSTILE_CLIENT");
  ASSERT_NE(hostile_client, nullptr) << "the path of the program of that name";
  // Whoever names another key than the publisher gets as far as publishing, one at a time.
  TestPipeline pipeline("application=live stream-key=real", "fakesink sync=false async=false");
  pipeline.play();
  const std::string port = std::to_string(pipeline.port());
  TestPipeline others("keep-listening=true", "fakesink sync=false async=false");
  g_object_set(others.src(), "port", pipeline.port(), nullptr);
  others.play();
  drop_messages(pipeline);
  drop_messages(others);

  run({"true"});  // GLib keeps a thread for processes from the first one on
  const std::vector<Sent> sent = made_up_stream(10'000, 300);
  std::vector<Clock::time_point> written;
  written.reserve(sent.size());
  Control control(sent.size());
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "real"), "NetStream.Publish.Start");
  const Held before = with_one_stranger(pipeline.port());

  std::atomic<bool> over = false;
  std::thread feeder([&] {
    for (auto next = Clock::now(); written.size() < sent.size() && !over; next += kPace) {
      std::this_thread::sleep_until(next);
      const Sent& message = sent[written.size()];
      const std::span body(reinterpret_cast<const std::uint8_t*>(message.body.data()), message.body.size());
      if (!publisher.send_media(message.type, message.timestamp, body)) break;
      written.push_back(Clock::now());
      control.send();
      others.forget_pushed();
    }
  });
  Process hostile({hostile_client, port, std::to_string(kConnections), "1", "real"});
  const std::string told = hostile.wait();
  over = true;
  feeder.join();
  EXPECT_EQ(hostile.exit_status(), 0) << told;
  ASSERT_LT(written.size(), sent.size()) << "the connections took longer than there was to publish";

  ASSERT_TRUE(pipeline.wait_for_buffers(1 + written.size()));
  std::vector<Clock::time_point> arrived;
  {
    const auto pushed = pipeline.pushed();
    ASSERT_EQ(pushed.size(), 1 + written.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
      ASSERT_EQ(pushed[i + 1].bytes, sent[i].tag()) << "tag " << i;
      arrived.push_back(pushed[i + 1].at);
    }
  }
  // What the machine does to any thread now and then, under such a load, is not the server's.
  const auto late = latest(written, arrived);
  const auto unavoidable = latest(written, control.arrivals(written.size()));
  EXPECT_LE(in_ms(late), in_ms(kLatest + unavoidable * kTimesTheControl));
  // They did get at what they were meant to.
  const auto published = number(stats_of(others.src()).get(), "accepted");
  const auto rejected = number(stats_of(pipeline.src()).get(), "rejected");
  EXPECT_GT(published, kHeard);
  EXPECT_GT(rejected, kHeard);

  const std::size_t memory = peak_memory();
  EXPECT_LT(memory, kMostMemory);
  pipeline.forget_pushed();
  others.forget_pushed();
  const Held after = with_one_stranger(pipeline.port(), before);
  EXPECT_TRUE(after.as_many_as(before)) << after << ", before " << before;
  EXPECT_LE(after.heap, before.heap + kHeapTolerance);
  std::cout << told << published << " of them published, " << rejected << " wanted the publisher's key\n"
            << written.size() << " tags, the latest after " << in_ms(late) << " ms (control "
            << in_ms(unavoidable) << " ms); " << memory / 1'000'000 << " MB at most; then " << after
            << ", before " << before << "\n";
}

}  // namespace
}  // namespace rtmp::test
