// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/publish.h"

namespace rtmp {

const char* to_string(EndReason reason) {
  switch (reason) {
    case EndReason::kUnpublished:
      return "unpublished";
    case EndReason::kClosed:
      return "closed";
    case EndReason::kReset:
      return "reset";
    case EndReason::kTimedOut:
      return "timed out";
    case EndReason::kProtocolError:
      return "protocol error";
    case EndReason::kStopped:
      return "stopped";
  }
  return "unknown";
}

}  // namespace rtmp
