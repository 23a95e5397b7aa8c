// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "options.h"

namespace rtmp::bench {

/// Many cameras, each with an element of its own on one port of one process: prints its CPU time and memory,
/// and in turn those of the floor. Returns false if tags were lost.
bool run_streams(const Options& options);

}  // namespace rtmp::bench
