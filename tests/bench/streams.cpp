// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <algorithm>
#include <cstdio>
#include <list>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

#include "publisher.h"
#include "server_process.h"

namespace rtmp::bench {
namespace {

constexpr std::size_t kCameraVideoBits = 1'000'000;
constexpr std::size_t kChunkSize = 4096;
constexpr auto kFrameTime = std::chrono::microseconds(33'333);
constexpr auto kSlack = std::chrono::seconds(15);

struct Sending {
  std::chrono::microseconds due;  // in a round of the pattern
  std::size_t stream;
  const PlacedMessage* message;
};

struct Sent {
  std::uint64_t tags = 0;
  std::uint64_t bytes = 0;
  std::chrono::duration<double> late{};  // the most that one was
};

std::string key_of(std::size_t stream) { return "cam" + std::to_string(stream); }

std::string elements(std::size_t streams) {
  const std::string port = std::to_string(listen_on_loopback().second);  // free again by the time it is used
  std::string description;
  for (std::size_t i = 0; i < streams; ++i) {
    const std::string number = i == 0 ? "" : std::to_string(i);
    description += " rtmp2serversrc host=127.0.0.1 port=" + port + " name=source" + number +
                   " stream-key=" + key_of(i) + " ! fakesink name=sink" + number;
  }
  return description;
}

/// The messages of all streams in the order of their times: the cameras' frames do not coincide.
std::vector<Sending> schedule(const RtmpLoad& load, std::size_t streams) {
  std::vector<Sending> all;
  for (std::size_t i = 0; i < streams; ++i) {
    const auto offset = kFrameTime * i / streams;
    for (const PlacedMessage& message : load.messages)
      all.push_back({std::chrono::milliseconds(message.time_ms) + offset, i, &message});
  }
  std::ranges::stable_sort(all, {}, &Sending::due);
  return all;
}

Sent send_paced(std::list<Publisher>& publishers, const RtmpLoad& load, std::chrono::seconds duration) {
  const auto sendings = schedule(load, publishers.size());
  std::vector<Publisher*> by_number;
  for (Publisher& publisher : publishers) by_number.push_back(&publisher);
  Sent sent;
  const auto start = Clock::now();
  for (std::chrono::microseconds round{0};; round += std::chrono::milliseconds(kPatternMs)) {
    for (const Sending& sending : sendings) {
      if (round + sending.due > duration) return sent;
      const auto due = start + round + sending.due;
      std::this_thread::sleep_until(due);
      sent.late = std::max<std::chrono::duration<double>>(sent.late, Clock::now() - due);
      const std::span bytes(load.pattern.data() + sending.message->offset, sending.message->size);
      if (!by_number[sending.stream]->send(bytes, due + kSlack))
        throw std::runtime_error("the server stopped reading");
      ++sent.tags;
      sent.bytes += bytes.size();
    }
  }
}

struct Cost {
  double cpu_seconds;
  double peak_megabytes;
  Sent sent;
  bool complete;
};

/// With a duration of 0, what starting and ending costs.
Cost run(const Options& options, const RtmpLoad& load, std::size_t streams, std::chrono::seconds duration) {
  ServerProcess server(options.program, {"pipeline", elements(streams)});
  std::list<RtmpLoad> dialogues;
  std::list<Publisher> publishers;
  for (std::size_t i = 0; i < streams; ++i) {
    const RtmpLoad& dialogue = dialogues.emplace_back(make_dialogue(kChunkSize, key_of(i)));
    Publisher& publisher = publishers.emplace_back(server.port(), dialogue);
    publisher.start(Peer::kAnswers);
    publisher.send_media(0, Clock::now() + kSlack);
  }
  const Sent sent = send_paced(publishers, load, duration);
  for (Publisher& publisher : publishers) publisher.finish(Clock::now() + kSlack);
  const ServerReport report = server.wait(Clock::now() + kSlack);
  // Of each stream a file header, too.
  const std::uint64_t expected = sent.tags + streams * (1 + dialogues.front().preamble_tags);
  return {report.cpu_seconds, static_cast<double>(report.peak_bytes) / 1e6, sent, report.count == expected};
}

}  // namespace

bool run_streams(const Options& options) {
  const std::chrono::seconds duration(options.seconds);
  const double seconds = static_cast<double>(options.seconds);
  const RtmpLoad load = make_load(kChunkSize, kCameraVideoBits);
  std::printf("%zu x (rtmp2serversrc ! fakesink) in one process, one port, %u s of 30 fps and AAC each\n",
              options.streams, options.seconds);
  const Cost one = run(options, load, 1, std::chrono::seconds(1));
  const Cost idle = run(options, load, options.streams, std::chrono::seconds(0));
  const Cost all = run(options, load, options.streams, duration);
  std::printf("%9s %9s %9s %10s %10s %9s %9s\n", "Mbit/s", "tags", "CPU s/s", "% a stream", "MB, all",
              "a stream", "late ms");
  const double cpu = (all.cpu_seconds - idle.cpu_seconds) / seconds;
  const auto streams = static_cast<double>(options.streams);
  std::printf("%9.1f %9llu %9.3f %10.3f %10.1f %9.2f %9.1f  %s\n",
              static_cast<double>(all.sent.bytes) * 8e-6 / seconds,
              static_cast<unsigned long long>(all.sent.tags), cpu, 100 * cpu / streams, all.peak_megabytes,
              streams > 1 ? (all.peak_megabytes - one.peak_megabytes) / (streams - 1) : all.peak_megabytes,
              all.sent.late.count() * 1e3, all.complete && idle.complete ? "all arrived" : "TAGS LOST");
  std::printf(
      "CPU: user and system, without %.2f s for start and end. MB: peak. Late: this client, at most.\n",
      idle.cpu_seconds);
  return all.complete && idle.complete;
}

}  // namespace rtmp::bench
