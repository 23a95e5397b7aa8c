// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// A tag of a random stream, and what a demuxer has to make of it.
struct RandomTag {
  Sent sent;
  std::int64_t time;  // ms, 64 bits wide; `sent` has the lower 32
  bool left_out;      // its codec is one that nobody knows
};

/// Returns a stream of this many steps that no real publisher sends, but that the specifications allow or
/// that some publisher sends in part: every codec of FLV 10.1 and Enhanced RTMP, classic headers and extended
/// ones, each kind of multitrack, modifiers, codecs and configurations that change, configurations that are
/// repeated, broken or empty, ends of sequences that end nothing, empty tags and empty frames, commands,
/// colours, metadata and other data at any place, clocks that jump, go back and wrap. Each track begins with
/// what its codec needs. The same seed gives the same stream.
std::vector<RandomTag> random_stream(std::uint32_t seed, std::size_t steps);

}  // namespace rtmp::test
