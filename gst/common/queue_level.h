// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/counters.h"

namespace rtmp {

/// What is queued between a publisher's thread and the streaming thread. The queue's lock guards its changes;
/// any thread may read.
struct QueueLevel {
  Counter bytes;
  Counter tags;
};

}  // namespace rtmp
