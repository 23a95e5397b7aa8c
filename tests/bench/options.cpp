// SPDX-License-Identifier: LGPL-2.1-or-later
#include "options.h"

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace rtmp::bench {
namespace {

constexpr std::size_t kMinChunkSize = 128;  // a frame's stamp must lie in its first chunk
constexpr std::uint64_t kMaxMib = 64 * 1024;
constexpr std::uint64_t kMaxRuns = 100;
constexpr std::uint64_t kMaxSeconds = 600;
constexpr std::uint64_t kMaxStreams = 1000;
constexpr std::uint64_t kMaxKbits = 100'000;
constexpr std::uint64_t kMaxStrangers = 100'000;

constexpr const char* kUsage =
    "Usage: rtmp2server-bench [MODE] [OPTION...]\n"
    "\n"
    "Without a mode: throughput, CPU time and memory of the server process, for each case and chunk size.\n"
    "  --latency            send() to the sink's pad, at 30 fps (20 s, chunk size 4096)\n"
    "  --slow-sink          peak memory behind a sink that sleeps (200 MB offered, at most 10 s)\n"
    "  --streams N          N publishers at 30 fps, an element each, in turn with the floor (20 s; 1..1000)\n"
    "    --kbit N           kbit/s of their video (1000)\n"
    "    --record DIR       each with a filesink, into a file there, which is removed at the end (fakesink)\n"
    "    --pass-on          each with an rtmp2sink, to a second server, which counts the tags (fakesink)\n"
    "    --demux            each with an eflvdemux, and a fakesink for each pad (fakesink)\n"
    "    --bin              one rtmp2serverbin for all, and a fakesink for each pad\n"
    "  --setup-rate         how many publishers a second are set up (--streams of them, 500)\n"
    "  --strangers N        what N clients a second cost that connect and leave (5 s, beside --streams\n"
    "                       publishers, 100)\n"
    "  --floor              the floor alone: the least that handing media on to another thread costs\n"
    "  --dump FILE          write what one publisher sends, and end\n"
    "\n"
    "  --mib N              MiB to send in each run (1024; --slow-sink: 191; --dump: 16)\n"
    "  --runs N             runs of each case, taken in turn; medians are printed (7)\n"
    "  --only A,B           cases whose name contains one of these (what they are compared with runs "
    "anyway)\n"
    "  --chunk A,B          chunk sizes, 128 or more (128,4096,65536)\n"
    "  --seconds N          of --latency, --slow-sink, --streams and --strangers\n"
    "  --plugin-path DIR    where the plugin lies (or GST_PLUGIN_PATH)\n"
    "  --source-args TEXT   more properties for rtmp2serversrc\n"
    "  --under COMMAND      what the server is started with: \"taskset -c 1\", \"perf record -e "
    "cpu-clock\"\n";

std::uint64_t number(const std::string& text, std::uint64_t min, std::uint64_t max) {
  std::size_t used = 0;
  const std::uint64_t value = std::stoull(text, &used);
  if (used != text.size() || value < min || value > max) throw std::out_of_range(text);
  return value;
}

std::vector<std::string> split(const std::string& text, char separator = ',') {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) words.push_back(word);
  return words;
}

void fill(Options& options, const std::vector<std::string>& words) {
  const std::map<std::string, std::function<void()>> flags{
      {"--latency", [&] { options.mode = Mode::kLatency; }},
      {"--slow-sink", [&] { options.mode = Mode::kSlowSink; }},
      {"--setup-rate", [&] { options.mode = Mode::kSetupRate; }},
      {"--pass-on", [&] { options.behind = Behind::kRtmp2sink; }},
      {"--demux", [&] { options.behind = Behind::kDemuxer; }},
      {"--bin", [&] { options.behind = Behind::kBin; }},
      {"--floor", [&] { options.only = {"floor"}; }},
  };
  using Text = const std::string&;
  const std::map<std::string, std::function<void(Text)>> settings{
      {"--mib", [&](Text text) { options.mib = number(text, 1, kMaxMib); }},
      {"--runs", [&](Text text) { options.runs = number(text, 1, kMaxRuns); }},
      {"--streams",
       [&](Text text) {
         if (options.mode == Mode::kThroughput) options.mode = Mode::kStreams;
         options.streams = number(text, 1, kMaxStreams);
       }},
      {"--kbit", [&](Text text) { options.video_kbits = number(text, 1, kMaxKbits); }},
      {"--record",
       [&](Text text) {
         options.behind = Behind::kFilesink;
         options.directory = text;
       }},
      {"--under", [&](Text text) { options.server = split(text, ' '); }},
      {"--strangers",
       [&](Text text) {
         options.mode = Mode::kStrangers;
         options.strangers = number(text, 1, kMaxStrangers);
       }},
      {"--seconds",
       [&](Text text) { options.seconds = static_cast<unsigned>(number(text, 1, kMaxSeconds)); }},
      {"--only", [&](Text text) { options.only = split(text); }},
      {"--source-args", [&](Text text) { options.source_arguments = text; }},
      {"--plugin-path", [](Text text) { ::setenv("GST_PLUGIN_PATH", text.c_str(), 1); }},
      {"--chunk",
       [&](Text text) {
         for (const auto& word : split(text)) {
           options.chunk_sizes.push_back(number(word, kMinChunkSize, 0xffffff));
         }
       }},
      {"--dump",
       [&](Text text) {
         options.mode = Mode::kDump;
         options.dump_file = text;
       }},
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (const auto flag = flags.find(words[i]); flag != flags.end()) {
      flag->second();
    } else {
      settings.at(words[i])(words.at(i + 1));
      ++i;
    }
  }
}

void fill_defaults(Options& options) {
  const std::map<Mode, Options> defaults{
      {Mode::kThroughput, {.mib = 1024, .seconds = 0, .chunk_sizes = {128, 4096, 65536}}},
      {Mode::kLatency, {.mib = 0, .seconds = 20, .chunk_sizes = {4096}}},
      {Mode::kSlowSink, {.mib = 191, .seconds = 10, .chunk_sizes = {4096}}},
      {Mode::kStreams, {.mib = 0, .seconds = 20}},
      {Mode::kSetupRate, {.mib = 0, .streams = 500, .seconds = 0}},
      {Mode::kStrangers, {.mib = 0, .streams = 100, .seconds = 5}},
      {Mode::kDump, {.mib = 16, .seconds = 0, .chunk_sizes = {4096}}},
  };
  const Options& chosen = defaults.at(options.mode);
  if (options.mib == 0) options.mib = chosen.mib;
  if (options.streams == 0) options.streams = chosen.streams;
  if (options.seconds == 0) options.seconds = chosen.seconds;
  if (options.chunk_sizes.empty()) options.chunk_sizes = chosen.chunk_sizes;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  options.program = {argv[0]};
  try {
    fill(options, {argv + 1, argv + argc});
    options.server.emplace_back(argv[0]);
    fill_defaults(options);
    return options;
  } catch (const std::logic_error&) {  // what at(), stoull() and number() throw
    std::cerr << kUsage;
    return std::nullopt;
  }
}

std::string rtmp_source(const Options& options) {
  return "rtmp2serversrc name=source port=0 " + options.source_arguments;
}

}  // namespace rtmp::bench
