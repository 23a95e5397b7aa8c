// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "site.h"
#include "statistics.h"

namespace rtmp::bench {
namespace {

constexpr auto kFrameTime = std::chrono::microseconds(33'333);
constexpr auto kSlack = std::chrono::seconds(15);
constexpr double kCpuLimit = 0.1;      // % of a core, of a stream
constexpr double kMemoryLimit = 0.12;  // MB, of a stream

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

Sent send_paced(std::deque<Publisher>& publishers, const RtmpLoad& load, std::chrono::seconds duration) {
  const auto sendings = schedule(load, publishers.size());
  Sent sent;
  const auto start = Clock::now();
  for (std::chrono::microseconds round{0};; round += std::chrono::milliseconds(kPatternMs)) {
    for (const Sending& sending : sendings) {
      if (round + sending.due > duration) return sent;
      const auto due = start + round + sending.due;
      std::this_thread::sleep_until(due);
      sent.late = std::max<std::chrono::duration<double>>(sent.late, Clock::now() - due);
      const std::span bytes(load.pattern.data() + sending.message->offset, sending.message->size);
      if (!publishers[sending.stream].send(bytes, due + kSlack))
        throw std::runtime_error("the server stopped reading");
      ++sent.tags;
      sent.bytes += bytes.size();
    }
  }
}

struct Cost {
  double startup_seconds;
  double cpu_seconds;    // of the time in which they send
  double stats_seconds;  // to read those of all
  double peak_megabytes;
  Sent sent;
  bool complete;
};

std::string title(Behind behind, std::size_t streams) {
  const std::string each = std::to_string(streams) + " x rtmp2serversrc ! ";
  switch (behind) {
    case Behind::kFakesink:
      return each + "fakesink";
    case Behind::kFilesink:
      return each + "filesink";
    case Behind::kRtmp2sink:
      return each + "rtmp2sink";
    case Behind::kDemuxer:
      return each + "eflvdemux ! fakesinks";
    case Behind::kBin:
      return "one rtmp2serverbin ! fakesinks";
    case Behind::kFloor:
      return "floor";
  }
  return {};
}

// Tags and a file header reach a sink. A demuxer's sinks get the frames alone. The floor counts bytes.
std::uint64_t expected(Behind behind, const Site& site, const Sent& sent, std::size_t streams) {
  if (behind == Behind::kFloor) return site.sent_bytes();
  const bool demuxed = behind == Behind::kDemuxer || behind == Behind::kBin;
  return sent.tags + (demuxed ? 0 : streams * (1 + site.preamble_tags()));
}

Cost measure(Site& site, Behind behind, const RtmpLoad& load, std::size_t streams,
             std::chrono::seconds duration) {
  site.add_all_publishers();
  const double before = site.server().cpu_so_far();
  const Sent sent = send_paced(site.publishers(), load, duration);
  const double cpu = site.server().cpu_so_far() - before;
  const double stats = behind == Behind::kFloor ? 0 : site.server().time_of_stats();
  const ServerReport report = site.end();
  return {site.startup_seconds(),
          cpu,
          stats,
          static_cast<double>(report.peak_bytes) / 1e6,
          sent,
          report.count == expected(behind, site, sent, streams)};
}

// What goes wrong here shows as a broken connection, whose reason is the server's to tell.
Cost run(const Options& options, const RtmpLoad& load, std::size_t streams, std::chrono::seconds duration) {
  Site site(options, streams);
  try {
    return measure(site, options.behind, load, streams, duration);
  } catch (const std::exception& failure) {
    throw std::runtime_error(failure.what() + std::string("; ") + site.server().fate());
  }
}

/// One way to take the streams, and what its runs have cost so far.
struct Taker {
  Options options;
  std::string title;
  double peak_of_one;  // MB, with one stream
  std::vector<double> cpus{};
  std::vector<double> memories{};
};

// The floor is first, unless --only names another.
std::vector<Taker> takers(const Options& options, const RtmpLoad& load) {
  const bool floor_named = std::ranges::find(options.only, "floor") != options.only.end();
  std::vector<Taker> all;
  const auto add = [&](Behind behind) {
    Options with = options;
    with.behind = behind;
    const Cost one = run(with, load, 1, std::chrono::seconds(1));
    all.push_back({with, title(behind, options.streams), one.peak_megabytes});
  };
  if (options.only.empty() || floor_named) add(Behind::kFloor);
  if (!floor_named) add(options.behind);
  return all;
}

/// Returns whether all has arrived.
bool run_turn(const RtmpLoad& load, Taker& taker) {
  const Options& options = taker.options;
  const auto seconds = static_cast<double>(options.seconds);
  const auto streams = static_cast<double>(options.streams);
  const Cost all = run(options, load, options.streams, std::chrono::seconds(options.seconds));
  const double cpu = all.cpu_seconds / seconds;
  taker.cpus.push_back(100 * cpu / streams);
  taker.memories.push_back(streams > 1 ? (all.peak_megabytes - taker.peak_of_one) / (streams - 1)
                                       : all.peak_megabytes);
  std::printf("%8.2f %7.1f %9llu %8.3f %11.3f %9.1f %9.3f %8.1f %8.1f  %s: %s\n", all.startup_seconds,
              static_cast<double>(all.sent.bytes) * 8e-6 / seconds,
              static_cast<unsigned long long>(all.sent.tags), cpu, taker.cpus.back(), all.peak_megabytes,
              taker.memories.back(), all.stats_seconds * 1e3, all.sent.late.count() * 1e3,
              taker.title.c_str(), all.complete ? "all arrived" : "TAGS LOST");
  std::fflush(stdout);
  return all.complete;
}

std::vector<double> ratios(const std::vector<double>& values, const std::vector<double>& references) {
  std::vector<double> ratios;
  std::ranges::transform(values, references, std::back_inserter(ratios), std::divides<>());
  return ratios;
}

void print_medians(const std::vector<Taker>& takers) {
  std::printf("medians (lowest..highest):\n");
  for (const Taker& taker : takers)
    std::printf("  %s: %s %% of a core a stream, %s MB a stream\n", taker.title.c_str(),
                spread(taker.cpus, 3).c_str(), spread(taker.memories, 3).c_str());
  std::printf("  wanted of rtmp2serversrc ! fakesink: %.2f %%, %.2f MB\n", kCpuLimit, kMemoryLimit);
  if (takers.size() < 2) return;
  std::printf("  times the floor: CPU %s, memory %s\n",
              spread(ratios(takers[1].cpus, takers[0].cpus), 2).c_str(),
              spread(ratios(takers[1].memories, takers[0].memories), 2).c_str());
}

}  // namespace

bool run_streams(const Options& options) {
  const RtmpLoad load = make_load(Site::kChunkSize, options.video_kbits * 1000);
  std::printf("%zu publishers, one port, %u s of %zu kbit/s at 30 fps and AAC each\n", options.streams,
              options.seconds, options.video_kbits);
  std::vector<Taker> all = takers(options, load);
  std::printf("%8s %7s %9s %8s %11s %9s %9s %8s %8s\n", "start s", "Mbit/s", "tags", "CPU s/s", "% a stream",
              "MB, all", "a stream", "stats ms", "late ms");
  bool complete = true;
  for (std::size_t round = 0; round < options.runs; ++round)
    for (Taker& taker : all) complete &= run_turn(load, taker);
  print_medians(all);
  std::printf(
      "CPU: user and system, while they send. MB: peak. stats: to read that property of\n"
      "all elements once, while they have publishers. Late: this client, at most.\n");
  return complete;
}

}  // namespace rtmp::bench
