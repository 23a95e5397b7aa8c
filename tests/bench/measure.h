// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "cases.h"
#include "options.h"
#include "rtmp_load.h"

namespace rtmp::bench {

struct Sample {
  double megabytes_per_second;
  double cpu_seconds;  // of the server process
  double gigabytes;    // sent
  double peak_megabytes;
};

/// One run: a server process, one publisher that sends the pattern so many times. 0 patterns: the dialogue
/// and not one tag, which tells what a start costs. Throws what went wrong.
[[nodiscard]] Sample measure(const Options& options, const Case& tried, std::size_t chunk_size,
                             const RtmpLoad& load, std::uint64_t patterns);

}  // namespace rtmp::bench
