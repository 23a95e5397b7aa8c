// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "wire.h"

namespace rtmp::test {

/// An audio (8), video (9) or data (18) message of a recorded publisher, as a decoder saw it that shares no
/// code with this project.
struct SentMessage {
  int type = 0;
  std::uint32_t timestamp = 0;
  std::size_t length = 0;
  std::string md5;  // see md5_start()

  friend bool operator==(const SentMessage&, const SentMessage&) = default;
};

/// One of tests/data/captures; its README says what is in them.
struct Recording {
  std::string name;
  std::string application;
  std::string stream_name;  // as published: the key and its query
  Bytes bytes;              // all that the client sent
  std::vector<SentMessage> sent;
};

inline void PrintTo(const Recording& recording, std::ostream* out) { *out << recording.name; }

/// All recordings. Files that cannot be read are empty.
std::vector<Recording> load_recordings();

/// The first 12 hex digits of the MD5 of these bytes.
std::string md5_start(std::span<const std::uint8_t> bytes);

}  // namespace rtmp::test
