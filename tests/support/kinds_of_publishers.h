// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// How many frames there are of each codec.
using FrameCounts = std::map<std::string, std::size_t>;

/// What comes to a demuxer.
enum class PublisherKind {
  kBoth,        // H.264 and AAC
  kVideo,       // the video alone
  kAudio,       // the audio alone
  kLateAudio,   // the configuration of the audio from the start, its first frame 15 s later
  kRate,        // AAC of 44.1 kHz, and of 48 kHz in mid-stream
  kReconnects,  // three connections
  kFormats,     // three, the second with another size and rate
  kCodecs,      // three, the second with HEVC and MP3, and another size
};

/// Such as "LateAudio".
const char* name_of(PublisherKind kind);

struct PublishedStream {
  std::vector<std::vector<Sent>> connections;  // one after the other
  FrameCounts first;                           // what the first has: by codec, as FFmpeg names them
  FrameCounts all;                             // the same of all connections
};

/// Encoders make the streams, once in a process.
PublishedStream published_stream(PublisherKind kind);

}  // namespace rtmp::test
