// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>

#include "rtmp/counters.h"
#include "rtmp/peer.h"

namespace rtmp {

/// What a publisher asks for. The strings are the bytes that it sent, which may be anything, split and
/// trimmed as described here.
struct PublishRequest {
  Peer peer;
  std::string application;        // "live" of "/live/_definst_/?a=b": without slashes around it
  std::string application_query;  // "a=b"
  std::string stream_key;         // "key" of "key?c=d"; empty until it is known
  std::string query;              // "c=d"
  std::string tc_url;
  std::string flash_version;                           // the encoder's name for itself; may be empty
  std::shared_ptr<const ConnectionCounters> counters;  // of its connection; never null
};

/// Why a client was turned away.
enum class Rejection {
  kApplication,  // no mount takes the application
  kStreamKey,    // no mount takes the stream key
  kCredentials,  // user or password are wrong, or the answer to a challenge comes too late
  kNotAllowed,   // the mount's delegate said no
  kBusy,         // another client publishes there, or the mount takes no further publisher
  kUnjudged,     // too many wrong secrets came from its address, so this one was not looked at
};

/// How a publisher's stream came to its end.
enum class EndReason {
  kUnpublished,    // it said so
  kClosed,         // it closed the connection
  kReset,          // the connection broke
  kTimedOut,       // it sent nothing for too long
  kReplaced,       // another connection took its stream over
  kNotTaken,       // it sent a codec that is not taken here
  kProtocolError,  // it sent what RTMP does not allow
  kStopped,        // this side stopped
};

}  // namespace rtmp
