// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmp::test {

/// A coded frame of a track, as a tag has it.
struct ListedFrame {
  std::string track;  // "video_0", "audio_1"
  std::int64_t dts;   // in ns, by the tag's own timestamp
  std::int64_t pts;   // that, the composition time and the nanoseconds
  bool key;           // as the tag says, for all of its tracks
  std::string bytes;  // without all headers
};

/// Lists the coded frames of an FLV tag, in the order of its tracks: none for configurations, ends of
/// sequences, metadata, commands and frames without data. Written from FLV 10.1, annex E.4, and Enhanced RTMP
/// v2, and shares no code with the project. A tag that is cut short has the frames that are whole.
std::vector<ListedFrame> list_frames(std::string_view tag);

}  // namespace rtmp::test
