// SPDX-License-Identifier: LGPL-2.1-or-later
#include "throughput.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "measure.h"
#include "statistics.h"

namespace rtmp::bench {
namespace {

struct Result {
  const Case* tried;
  double startup_cpu = 0;
  std::vector<Sample> samples;
  std::string failure;
};

template <typename Function>
double median_of(const std::vector<Sample>& samples, Function value) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(value(sample));
  return median(values);
}

// A demuxer has no pads where no tag came, and so nothing that ends: what it is compared with stands for it.
const Case& startup_case(const Case& tried) {
  if (!tried.has_demuxer()) return tried;
  return *std::ranges::find(all_cases(), tried.reference, &Case::name);
}

void measure_startup(const Options& options, std::size_t chunk_size, const RtmpLoad& load, Result& result) {
  std::vector<double> seconds;
  // One more, and first: it may have to fill caches, GStreamer's registry among them.
  for (std::size_t run = 0; run <= std::max<std::size_t>(options.runs, 3); ++run) {
    const Sample sample = measure(options, startup_case(*result.tried), chunk_size, load, 0);
    if (run > 0) seconds.push_back(sample.cpu_seconds);
  }
  result.startup_cpu = median(seconds);
}

/// Ratio to the reference, run by run: the machine is not equally fast all the time.
std::vector<double> ratios(const Result& result, const Result& reference, bool without_startup) {
  std::vector<double> values;
  const auto cpu = [&](const Result& from, std::size_t run) {
    return from.samples[run].cpu_seconds - (without_startup ? from.startup_cpu : 0);
  };
  for (std::size_t run = 0; run < result.samples.size(); ++run) {
    values.push_back(cpu(result, run) / cpu(reference, run));
  }
  return values;
}

/// One line that is written over; only for somebody who watches.
void show_progress(const std::string& text) {
  if (::isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

void print_header(const Options& options) {
  std::printf(
      "%llu MiB a run, %zu runs in turn, medians. MB = 10^6 bytes, of the wire. CPU: user + system of the "
      "server\n"
      "process alone, per 10^9 bytes; \"net\" is without the start-up (the CPU time of a run with the "
      "publish\n"
      "dialogue and no media, also shown). Ratio: CPU to the floor's of the same run (filesink: to that of "
      "bare "
      "recv+write),\n"
      "NET OF START-UP ON BOTH SIDES - the one to use, with its lowest and highest; \"raw\" has nothing "
      "subtracted.\n\n",
      static_cast<unsigned long long>(options.mib), options.runs);
  std::printf("%6s  %-26s %7s %8s %8s %8s %7s  %5s %13s %6s %5s\n", "chunk", "case", "MB/s", "CPU s/GB",
              "net s/GB", "start s", "peak MB", "ratio", "(low..high)", "limit", "raw");
}

bool print(std::size_t chunk_size, const Result& result, const Result& reference) {
  const Case& tried = *result.tried;
  if (!result.failure.empty()) {
    std::printf("%6zu  %-26s not measured: %s\n", chunk_size, tried.name.data(), result.failure.c_str());
    return false;
  }
  std::printf(
      "%6zu  %-26s %7.0f %8.4f %8.4f %8.4f %7.1f", chunk_size, tried.name.data(),
      median_of(result.samples, [](const Sample& one) { return one.megabytes_per_second; }),
      median_of(result.samples, [](const Sample& one) { return one.cpu_seconds / one.gigabytes; }),
      median_of(result.samples,
                [&](const Sample& one) { return (one.cpu_seconds - result.startup_cpu) / one.gigabytes; }),
      result.startup_cpu, std::ranges::max(result.samples, {}, &Sample::peak_megabytes).peak_megabytes);
  if (tried.is_compared() && reference.failure.empty()) {
    const auto net = ratios(result, reference, true);
    const auto [low, high] = std::ranges::minmax(net);
    std::printf("  %5.2f (%5.2f..%4.2f)", median(net), low, high);
    const double limit = tried.limit(chunk_size);
    if (limit > 0) {
      std::printf(" %6.2f", limit);
    } else {
      std::printf(" %6s", "-");
    }
    std::printf(" %5.2f", median(ratios(result, reference, false)));
    if (limit > 0) std::printf("  %s", median(net) <= limit ? "ok" : "ABOVE THE LIMIT");
  }
  std::printf("\n");
  return true;
}

bool run_chunk_size(const Options& options, std::size_t chunk_size) {
  const RtmpLoad load = make_load(chunk_size);
  const std::uint64_t patterns = load.patterns_in(options.mib);
  std::vector<Result> results;
  for (const Case& tried : all_cases()) {
    if (is_chosen(options, tried)) results.push_back({&tried});
  }
  const auto guarded = [](Result& result, auto&& work) {
    if (!result.failure.empty()) return;
    try {
      work();
    } catch (const std::exception& failure) {
      result.failure = failure.what();
    }
  };
  for (Result& result : results) {
    guarded(result, [&] { measure_startup(options, chunk_size, load, result); });
  }
  for (std::size_t run = 0; run < options.runs; ++run) {
    for (Result& result : results) {
      show_progress("chunk " + std::to_string(chunk_size) + ", run " + std::to_string(run + 1) + ": " +
                    std::string(result.tried->name));
      guarded(result,
              [&] { result.samples.push_back(measure(options, *result.tried, chunk_size, load, patterns)); });
    }
  }
  show_progress({});
  bool complete = true;
  for (const Result& result : results) {
    const auto reference = std::ranges::find(results, result.tried->reference,
                                             [](const Result& other) { return other.tried->name; });
    complete &= print(chunk_size, result, *reference);
  }
  return complete;
}

}  // namespace

bool run_throughput(const Options& options) {
  print_header(options);
  bool complete = true;
  for (const std::size_t chunk_size : options.chunk_sizes) {
    complete &= run_chunk_size(options, chunk_size);
    std::printf("\n");
    std::fflush(stdout);
  }
  return complete;
}

}  // namespace rtmp::bench
