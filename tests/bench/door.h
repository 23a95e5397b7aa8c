// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "options.h"

namespace rtmp::bench {

/// Publishers that come one behind the other: prints how many a second are set up.
void run_setup_rate(const Options& options);

/// Clients that connect and leave at once, beside publishers: prints what they cost.
void run_strangers(const Options& options);

}  // namespace rtmp::bench
