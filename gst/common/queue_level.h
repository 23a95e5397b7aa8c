// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/counters.h"

namespace rtmp {

/// How much is in the queue between a publisher's thread and the streaming thread. The lock of the queue
/// guards changes. Any thread may read.
struct QueueLevel {
  Counter bytes;
  Counter tags;
};

}  // namespace rtmp
