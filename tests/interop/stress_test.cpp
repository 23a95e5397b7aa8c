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
constexpr milliseconds kPace{10};  // a tag each
constexpr milliseconds kLatest{100};
// The machine's own lateness counts that is found so near to a tag.
constexpr std::size_t kAround = 25;
constexpr std::size_t kMostMemory = kSanitized ? SIZE_MAX : 100'000'000;

/// What this machine does to a thread that waits for a socket, and does nothing else.
class Control {
 public:
  explicit Control(std::size_t most) : arrivals_(most) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0);
    thread_ = std::thread([this] {
      char byte = 0;
      for (std::size_t i = 0; i < arrivals_.size() && read(ends_[1], &byte, 1) == 1; ++i)
        arrivals_[i] = Clock::now();
    });
  }
  ~Control() { stop(); }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  void send() { EXPECT_EQ(write(ends_[0], "", 1), 1); }
  /// When each arrived.
  const std::vector<Clock::time_point>& stop() {
    if (thread_.joinable()) {
      close(ends_[0]);  // what has been sent still arrives
      thread_.join();
      close(ends_[1]);
    }
    return arrivals_;
  }

 private:
  std::array<int, 2> ends_{};
  std::vector<Clock::time_point> arrivals_;
  std::thread thread_;
};

struct Report {
  Clock::duration latest{};          // from when it was written to when it was pushed
  Clock::duration latest_control{};  // of the control
  std::size_t late = 0;              // tags that were later by kLatest than the control was about then
};

Report lateness(const std::vector<Clock::time_point>& written, const std::vector<Clock::time_point>& arrived,
                const std::vector<Clock::time_point>& control) {
  Report report;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto late = arrived[i] - written[i];
    Clock::duration unavoidable{};
    const std::size_t end = std::min(i + kAround, written.size());
    for (std::size_t j = i < kAround ? 0 : i - kAround; j < end; ++j)
      unavoidable = std::max(unavoidable, control[j] - written[j]);
    report.latest = std::max(report.latest, late);
    report.latest_control = std::max(report.latest_control, control[i] - written[i]);
    report.late += late - unavoidable > kLatest;
  }
  return report;
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

  run({"true"});  // GLib keeps a thread for processes from the first one on
  const std::vector<Sent> sent = made_up_stream(5'000);
  std::vector<Clock::time_point> written;
  Control control(sent.size());
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "real"), "NetStream.Publish.Start");
  const Held before = with_one_stranger(pipeline.port());

  std::atomic<bool> over = false;
  std::thread feeder([&] {
    for (auto next = Clock::now(); written.size() < sent.size(); next += kPace) {
      const Sent& message = sent[written.size()];
      const std::span body(reinterpret_cast<const std::uint8_t*>(message.body.data()), message.body.size());
      if (!publisher.send_media(message.type, message.timestamp, body)) break;
      written.push_back(Clock::now());
      control.send();
      if (over) break;
      std::this_thread::sleep_until(next);
    }
  });
  Process hostile({hostile_client, port, std::to_string(kConnections), "1", "real"});
  const std::string told = hostile.wait();
  over = true;
  feeder.join();
  EXPECT_EQ(hostile.exit_status(), 0) << told;
  ASSERT_LT(written.size(), sent.size()) << "the connections took longer than there was to publish";

  ASSERT_TRUE(pipeline.wait_for_buffers(1 + written.size()));
  const Held after = with_one_stranger(pipeline.port(), before);
  EXPECT_TRUE(after.as_many_as(before)) << after << ", before " << before;
  const std::size_t memory = peak_memory();
  EXPECT_LT(memory, kMostMemory);

  const auto pushed = pipeline.pushed();
  ASSERT_EQ(pushed.size(), 1 + written.size());
  std::vector<Clock::time_point> arrived;
  for (std::size_t i = 0; i < written.size(); ++i) {
    ASSERT_EQ(pushed[i + 1].bytes, sent[i].tag()) << "tag " << i;
    arrived.push_back(pushed[i + 1].at);
  }
  const Report report = lateness(written, arrived, control.stop());
  EXPECT_EQ(report.late, 0u);
  std::cout << told << written.size() << " tags, the latest after " << in_ms(report.latest) << " ms (control "
            << in_ms(report.latest_control) << " ms), " << memory / 1'000'000 << " MB at most\n";
}

}  // namespace
}  // namespace rtmp::test
