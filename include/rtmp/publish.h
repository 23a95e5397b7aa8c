// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <string>

#include "rtmp/counters.h"
#include "rtmp/peer.h"

namespace rtmp {

/// What a publisher asks for. The texts are the bytes that it sent, which may be anything, divided and
/// trimmed as shown here.
struct PublishRequest {
  Peer peer;
  std::string application;        // "live" of "/live/_definst_/?a=b", without the slashes around it
  std::string application_query;  // "a=b"
  std::string stream_key;         // "key" of "key?c=d"; empty until it is known
  std::string query;              // "c=d"
  std::string tc_url;
  std::string flash_version;                           // the encoder's name for itself; may be empty
  std::shared_ptr<const ConnectionCounters> counters;  // of the publisher's connection; never null
};

/// Why a client was turned away.
enum class Rejection {
  kApplication,  // no mount takes the application
  kStreamKey,    // no mount takes the stream key
  kCredentials,  // the user or the password is wrong, or the answer to a challenge came too late
  kNotAllowed,   // the delegate of the mount did not allow it
  kBusy,         // another client publishes there, or the mount takes no further publisher
  kUnjudged,     // too many wrong secrets came from the client's address, so this one was not judged
  kDraining,     // the mount takes nobody new for now
  kAddress,      // the client's address is in no network that the mount allows
};

/// How the application disconnects a publisher.
enum class Dismissal {
  kStayAway,  // the publisher is told a code at which encoders do not connect again by themselves
  kComeBack,  // the publisher is asked to connect again, if it understands that; if not, it is disconnected
};

/// Why the stream of a publisher has ended.
enum class EndReason {
  kUnpublished,    // the publisher said so
  kClosed,         // the publisher closed the connection
  kReset,          // the connection broke
  kTimedOut,       // the publisher sent nothing for too long
  kReplaced,       // another connection took over the stream
  kNotTaken,       // the publisher sent a codec that is not taken here
  kProtocolError,  // the publisher sent something that RTMP does not allow
  kStopped,        // this side stopped
  kDisconnected,   // the application disconnected it
  kOverLimit,      // the publisher went beyond a limit of the mount
};

}  // namespace rtmp
