// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>

namespace rtmp {

enum class ErrorCode {
  kEndOfStream,     // the peer closed its side between two reads
  kReset,           // the peer or the network broke the connection
  kTimedOut,        // nothing arrived, or nothing could be written, within the time allowed
  kCancelled,       // this side stops
  kReplaced,        // another connection takes over the stream
  kTurnedOut,       // the application disconnects the publisher, which is to stay away
  kSentBack,        // the application disconnects the publisher, which is to connect again
  kIo,              // any other failure of the socket
  kBadHandshake,    // the first bytes are not those of an RTMP handshake, or of a TLS handshake
  kHttp,            // the first bytes are an HTTP request, as load balancers send to check a server's health
  kBadChunk,        // a chunk header with impossible values, or one that changes in mid-message
  kBadMessage,      // a protocol control message with an impossible payload
  kBadAmf,          // AMF that is cut short, or nested or counted beyond its limits
  kBadCommand,      // a command out of order: a second connect, or a publish before connect
  kLimitExceeded,   // a number from the wire is above one of limits.h
  kOverLimit,       // a publisher goes beyond a limit of its mount
  kNotTaken,        // a codec that the mount does not take
  kRefused,         // the session refused what the peer asked for, and has told it
  kChallenged,      // the session asked the peer to log in, and to connect again with the answer
  kAddressInUse,    // listening: another socket has the address
  kCannotListen,    // listening: any other reason
  kNoThread,        // the system could not start a thread
  kOtherSettings,   // another mount of the port has settings that must be the same and are not
  kAlreadyClaimed,  // another mount has the same application and stream key
  kBadNetwork,      // a text that does not name a network
  kBadCertificate,  // TLS: the certificate or its key cannot be read, or they do not belong together
};

/// What went wrong: a code, and a sentence with the numbers, such as "chunk size 0, at least 1".
struct [[nodiscard]] Error {
  ErrorCode code;
  std::string detail;
};

}  // namespace rtmp
