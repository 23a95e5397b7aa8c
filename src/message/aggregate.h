// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <vector>

#include "message.h"

namespace rtmp {

/// The audio, video and data messages in an aggregate message (RTMP 1.0, section 7.1.6), whose body is a
/// run of complete FLV tags. Their timestamps keep their distances and begin at that of the aggregate.
/// Whatever cannot be such a message, an aggregate in an aggregate among it, is passed over, and so is a
/// last one that is cut short.
std::vector<Message> split_aggregate(const Message& aggregate);

}  // namespace rtmp
