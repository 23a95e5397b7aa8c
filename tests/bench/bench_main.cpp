// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/utsname.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "door.h"
#include "options.h"
#include "paced.h"
#include "rtmp_load.h"
#include "serve.h"
#include "socket.h"
#include "streams.h"
#include "throughput.h"

namespace {

using rtmp::bench::Bytes;

/// What a publisher sends to a peer that does not answer, for tools that look at it.
bool run_dump(const rtmp::bench::Options& options) {
  const auto load = rtmp::bench::make_load(options.chunk_sizes.front());
  std::ofstream file(options.dump_file, std::ios::binary);
  const auto write = [&](const Bytes& bytes) {
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  const std::uint64_t patterns = load.patterns_in(options.mib);
  write(load.hello);
  write(Bytes(rtmp::bench::kHandshakePacket));
  write(load.connect);
  write(load.publish);
  write(load.preamble);
  for (std::uint64_t i = 0; i < patterns; ++i) write(load.pattern);
  write(load.goodbye);
  std::cout << load.wire_bytes(patterns) << " bytes, " << load.preamble_tags + patterns * load.pattern_tags
            << " tags, " << load.preamble_tag_bytes + patterns * load.pattern_tag_bytes << " bytes of FLV\n";
  return file.good();
}

/// What the figures depend on beside the code.
void print_machine() {
  utsname system{};
  ::uname(&system);
  const auto [used, of_system] = rtmp::bench::congestion_control();
  std::printf("%u processors, %s %s; congestion control of the publisher: %s (the system's: %s)\n",
              std::thread::hardware_concurrency(), system.sysname, system.release, used.c_str(),
              of_system.c_str());
}

bool run(const rtmp::bench::Options& options) {
  if (options.mode != rtmp::bench::Mode::kDump) print_machine();
  switch (options.mode) {
    case rtmp::bench::Mode::kThroughput:
      return run_throughput(options);
    case rtmp::bench::Mode::kLatency:
      return run_latency(options);
    case rtmp::bench::Mode::kSlowSink:
      run_slow_sink(options);
      return true;
    case rtmp::bench::Mode::kStreams:
      return run_streams(options);
    case rtmp::bench::Mode::kSetupRate:
      run_setup_rate(options);
      return true;
    case rtmp::bench::Mode::kStrangers:
      run_strangers(options);
      return true;
    case rtmp::bench::Mode::kDump:
      return run_dump(options);
  }
  return false;
}

}  // namespace

// Ends with 1 if something could not be measured or lost data; a missed limit is only printed.
int main(int argc, char** argv) {
  // A server that goes away is an error of send(), not our end.
  std::signal(SIGPIPE, SIG_IGN);
  rtmp::bench::raise_descriptor_limit();
  if (argc > 2 && std::string_view(argv[1]) == "--serve") {
    return rtmp::bench::serve({argv + 2, argv + argc});
  }
  const auto options = rtmp::bench::parse_options(argc, argv);
  if (!options) return 2;
  try {
    return run(*options) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "rtmp2server-bench: " << error.what() << '\n';
    return 1;
  }
}
