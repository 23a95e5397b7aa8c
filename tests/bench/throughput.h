// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "options.h"

namespace rtmp::bench {

/// Runs all cases at all chunk sizes and prints the table. Returns false if a case could not be measured, or
/// lost data.
bool run_throughput(const Options& options);

}  // namespace rtmp::bench
