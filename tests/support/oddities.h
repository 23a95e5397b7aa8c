// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// What a publisher sends in mid-stream.
struct Oddity {
  const char* name;
  std::vector<Sent> messages;
  // How many frames that by itself makes behind the flvdemux that runs.
  std::size_t video = 0;
  std::size_t audio = 0;
  // How often the real decoder configurations follow, which what comes then needs.
  std::size_t configurations = 0;
};

inline void PrintTo(const Oddity& oddity, std::ostream* out) { *out << oddity.name; }

/// A video message in mid-stream.
Sent video(std::string body);

/// Those that need nothing of real media.
std::vector<Oddity> bodies();
/// Decoder configuration as good encoders send it.
std::vector<Oddity> configurations();
/// Other codecs, and configuration that is wrong: a decoder may refuse it.
std::vector<Oddity> codecs();

}  // namespace rtmp::test
