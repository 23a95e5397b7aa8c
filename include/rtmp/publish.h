// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

namespace rtmp {

/// What a publisher asks for, as it sent it but for the splitting and trimming described here. All strings
/// are the wire's bytes, which may be anything.
struct PublishRequest {
  std::string peer;               // address and port, as text
  std::string application;        // "live" of "/live/_definst_/?a=b": without slashes around it
  std::string application_query;  // "a=b"
  std::string stream_key;         // "key" of "key?c=d"
  std::string query;              // "c=d"
  std::string tc_url;
  std::string flash_version;  // the encoder's name for itself; may be empty
};

/// How a publisher's stream came to its end.
enum class EndReason {
  kUnpublished,    // it said so
  kClosed,         // it closed the connection
  kReset,          // the connection broke
  kTimedOut,       // it sent nothing for too long
  kProtocolError,  // it sent what RTMP does not allow
  kStopped,        // this side stopped
};

const char* to_string(EndReason reason);

}  // namespace rtmp
