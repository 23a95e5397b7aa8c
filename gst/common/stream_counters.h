// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "queue_level.h"
#include "rtmp/counters.h"

namespace rtmp {

/// What the threads of one element count since it started. Each counter has one writer; any thread may read.
struct StreamCounters {
  QueueLevel queue;
  // Tags that were left out: what came before a key frame, ends of sequence that end nothing, and metadata
  // after the first of its publisher.
  Counter before_key_frame;
  Counter ends_of_sequence;
  Counter repeated_metadata;
  // Corrections of the publishers' clocks, and the last one in ms, which is signed.
  Counter clock_corrections;
  Counter last_clock_correction;
};

}  // namespace rtmp
