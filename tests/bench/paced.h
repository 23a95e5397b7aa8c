// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "options.h"

namespace rtmp::bench {

/// A publisher at the pace of a camera: prints how long a frame takes from send() to the sink's pad. Returns
/// false if frames were lost.
bool run_latency(const Options& options);

/// A publisher at full speed against a sink that sleeps: prints the server's peak memory.
void run_slow_sink(const Options& options);

}  // namespace rtmp::bench
