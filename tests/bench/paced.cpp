// SPDX-License-Identifier: LGPL-2.1-or-later
#include "paced.h"

#include <cstdio>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

#include "media_pattern.h"
#include "publisher.h"
#include "server_process.h"
#include "statistics.h"

namespace rtmp::bench {
namespace {

constexpr unsigned kSinkSleepMicroseconds = 20'000;  // at 77 tags a second of media: slower than real time
constexpr double kMedianLimitMs = 0.2;
constexpr double kPercentile99LimitMs = 2.0;
constexpr double kPeakLimitMegabytes = 24.0;
constexpr auto kSlack = std::chrono::seconds(15);

/// Sends the preamble, then each message at its time, the video frames stamped. Returns how many were.
std::size_t send_paced(Publisher& publisher, RtmpLoad& load, std::chrono::seconds duration) {
  const auto start = Clock::now();
  const auto deadline = start + duration + kSlack;
  publisher.send(load.preamble, deadline);
  std::size_t frames = 0;
  for (std::chrono::milliseconds round{0};; round += std::chrono::milliseconds(kPatternMs)) {
    for (const PlacedMessage& message : load.messages) {
      const auto due = round + std::chrono::milliseconds(message.time_ms);
      if (due > duration) return frames;
      std::this_thread::sleep_until(start + due);
      const std::span<std::uint8_t> bytes(load.pattern.data() + message.offset, message.size);
      if (message.stamp_offset != 0) {
        const std::int64_t now = now_ns();
        std::memcpy(load.pattern.data() + message.stamp_offset + sizeof kStampMagic, &now, sizeof now);
        ++frames;
      }
      if (!publisher.send(bytes, deadline)) throw std::runtime_error("the server stopped reading");
    }
  }
}

}  // namespace

bool run_latency(const Options& options) {
  const std::chrono::seconds duration(options.seconds);
  std::printf(
      "rtmp2serversrc ! fakesink, 30 fps for %lld s: from before send() to the sink's pad, whole frames\n",
      static_cast<long long>(duration.count()));
  std::printf("%6s %7s %7s %10s %8s %8s\n", "chunk", "sent", "timed", "median ms", "p99 ms", "max ms");
  bool complete = true;
  for (const std::size_t chunk_size : options.chunk_sizes) {
    RtmpLoad load = make_load(chunk_size);
    ServerProcess server(options.server, {"latency", rtmp_source(options) + " ! fakesink name=sink"});
    Publisher publisher(server.port(), load);
    publisher.start(Peer::kAnswers);
    const std::size_t frames = send_paced(publisher, load, duration);
    publisher.finish(Clock::now() + kSlack);
    const ServerReport report = server.wait(Clock::now() + kSlack);
    if (report.latencies_ns.empty()) throw std::runtime_error("no stamped frame reached the sink's pad");
    const auto milliseconds = [&](double share) {
      return static_cast<double>(percentile(report.latencies_ns, share)) * 1e-6;
    };
    const bool all_arrived = report.latencies_ns.size() == frames;
    const bool reached = milliseconds(0.5) < kMedianLimitMs && milliseconds(0.99) < kPercentile99LimitMs;
    std::printf("%6zu %7zu %7zu %10.3f %8.3f %8.3f  %s\n", chunk_size, frames, report.latencies_ns.size(),
                milliseconds(0.5), milliseconds(0.99), milliseconds(1.0),
                !all_arrived ? "FRAMES LOST"
                : reached    ? "ok"
                             : "ABOVE THE LIMIT");
    complete &= all_arrived;
  }
  std::printf("limits: median %.1f ms, p99 %.1f ms, no frame lost\n", kMedianLimitMs, kPercentile99LimitMs);
  return complete;
}

void run_slow_sink(const Options& options) {
  const std::chrono::seconds duration(options.seconds);
  std::printf("rtmp2serversrc ! identity sleep-time=%u ! fakesink, sent at full speed for at most %lld s\n",
              kSinkSleepMicroseconds, static_cast<long long>(duration.count()));
  std::printf("%6s %9s %9s %8s\n", "chunk", "taken MB", "tags", "peak MB");
  for (const std::size_t chunk_size : options.chunk_sizes) {
    const RtmpLoad load = make_load(chunk_size);
    const std::string pipeline = rtmp_source(options) +
                                 " ! identity sleep-time=" + std::to_string(kSinkSleepMicroseconds) +
                                 " ! fakesink name=sink";
    ServerProcess server(options.server, {"pipeline", pipeline});
    Publisher publisher(server.port(), load);
    publisher.start(Peer::kAnswers);
    publisher.send_media(load.patterns_in(options.mib), Clock::now() + duration);
    server.stop();
    const ServerReport report = server.wait(Clock::now() + kSlack);
    const double peak = static_cast<double>(report.peak_bytes) / 1e6;
    std::printf("%6zu %9.1f %9llu %8.1f  %s\n", chunk_size, static_cast<double>(publisher.sent_bytes()) / 1e6,
                static_cast<unsigned long long>(report.count), peak,
                peak < kPeakLimitMegabytes ? "ok" : "ABOVE THE LIMIT");
  }
  std::printf("limit: %.0f MB. Taken: with what waits in the kernel's socket buffers.\n",
              kPeakLimitMegabytes);
}

}  // namespace rtmp::bench
