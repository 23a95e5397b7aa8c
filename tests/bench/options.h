// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rtmp::bench {

enum class Mode { kThroughput, kLatency, kSlowSink, kStreams, kSetupRate, kStrangers, kDump };

/// How --streams takes its streams: an rtmp2serversrc each, with one of these behind it, or all with one bin,
/// or the floor, see serve.h.
enum class Behind { kFakesink, kFilesink, kRtmp2sink, kDemuxer, kBin, kFloor };

struct Options {
  std::vector<std::string> program;  // how to start this program again
  std::vector<std::string> server;   // the same, for the measured server
  Mode mode = Mode::kThroughput;
  std::uint64_t mib = 0;
  std::size_t runs = 7;
  std::size_t streams = 0;
  std::size_t video_kbits = 1000;  // a second, of each of the streams
  Behind behind = Behind::kFakesink;
  std::string directory;      // of the files of filesink
  std::size_t strangers = 0;  // a second
  unsigned seconds = 0;
  std::vector<std::size_t> chunk_sizes;
  std::vector<std::string> only;
  std::string source_arguments;
  std::string dump_file;
};

/// What was not given has the mode's default. Empty, with the usage printed, if the arguments are wrong.
[[nodiscard]] std::optional<Options> parse_options(int argc, char** argv);

/// The element under test, as gst-launch takes it.
[[nodiscard]] std::string rtmp_source(const Options& options);

}  // namespace rtmp::bench
