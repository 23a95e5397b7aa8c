// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/publish.h"

namespace rtmp::test {

inline const char* to_string(Rejection rejection) {
  switch (rejection) {
    case Rejection::kApplication:
      return "unknown application";
    case Rejection::kStreamKey:
      return "unknown stream key";
    case Rejection::kCredentials:
      return "wrong credentials";
    case Rejection::kNotAllowed:
      return "not allowed";
    case Rejection::kBusy:
      return "busy";
    case Rejection::kAddress:
      return "address";
    case Rejection::kDraining:
      return "draining";
    case Rejection::kUnjudged:
      return "not judged";
  }
  return "unknown";
}

inline const char* to_string(EndReason reason) {
  switch (reason) {
    case EndReason::kUnpublished:
      return "unpublished";
    case EndReason::kClosed:
      return "closed";
    case EndReason::kReset:
      return "reset";
    case EndReason::kTimedOut:
      return "timed out";
    case EndReason::kReplaced:
      return "replaced";
    case EndReason::kNotTaken:
      return "not taken";
    case EndReason::kProtocolError:
      return "protocol error";
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kDisconnected:
      return "disconnected";
    case EndReason::kOverLimit:
      return "over limit";
  }
  return "unknown";
}

}  // namespace rtmp::test
