// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>

namespace rtmp {

enum class ErrorCode {
  kEndOfStream,     // the peer closed its side between two reads
  kReset,           // the peer (or the network) broke the connection
  kTimedOut,        // nothing arrived, or nothing could be written, within the time allowed
  kCancelled,       // this side is stopping
  kReplaced,        // another connection takes the stream over
  kIo,              // any other failure of the socket
  kBadHandshake,    // the first bytes are no RTMP handshake, or none of TLS
  kHttp,            // they are a request of HTTP, with which balancers ask who is well
  kBadChunk,        // a chunk header that cannot be, or a header that changes in mid-message
  kBadMessage,      // a protocol control message with an impossible payload
  kBadAmf,          // AMF that is cut short, or nested or counted beyond its limits
  kBadCommand,      // a command where it must not be: a second connect, a publish before connect
  kLimitExceeded,   // a number from the wire above one of limits.h
  kNotTaken,        // a codec that the mount does not take
  kRefused,         // the session refused what the peer asked for, and told it so
  kChallenged,      // the session asked the peer to log in, and to come again with the answer
  kAddressInUse,    // listening: another socket has the address
  kCannotListen,    // listening: any other reason
  kNoThread,        // the system has no thread for it
  kAlreadyClaimed,  // another mount takes the very same
  kBadNetwork,      // text that names no network
  kBadCertificate,  // TLS: certificate or private key cannot be read, or do not belong together
};

/// What went wrong, and a sentence that carries the numbers: "chunk size 0, at least 1".
struct [[nodiscard]] Error {
  ErrorCode code;
  std::string detail;
};

}  // namespace rtmp
