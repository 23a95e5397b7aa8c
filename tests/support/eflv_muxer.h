// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "encoder.h"
#include "media_fixture.h"

namespace rtmp::test {

/// A stream that is to be muxed.
struct MuxedStream {
  MessageType medium;
  std::string fourcc;                          // in Enhanced RTMP
  std::optional<unsigned> classic_id{};        // the video codec or sound format, where FLV has one
  std::optional<std::string> configuration{};  // of a sequence start, which may be empty
  std::vector<AccessUnit> units{};
};

/// How tags are written.
enum class TagForm {
  kClassic,     // FLV 10.1; codec id 12 is HEVC
  kPlain,       // an extended header, and one track
  kNano,        // the same, with nanoseconds behind the milliseconds
  kOneTrack,    // multitrack, each of a tag for itself
  kManyTracks,  // all tracks of a medium in one tag, which have one codec
  kManyCodecs,  // the same, each with a codec of its own
};

/// The messages of a publisher that has these tracks, numbered in their medium from 0 on. With several of a
/// medium their units come at the same times, and the form is one of the last three.
std::vector<Sent> mux(const std::vector<MuxedStream>& streams, TagForm form);

}  // namespace rtmp::test
