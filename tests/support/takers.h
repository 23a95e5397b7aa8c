// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "kinds_of_publishers.h"

namespace rtmp::test {

/// What came of a stream.
struct Outcome {
  std::string end;     // "eos", the text of the error, or "nothing" after 40 s
  FrameCounts frames;  // by codec, or decoded ones as "video" and "audio"
};

// Each of these publishes a stream to a pipeline, with keep-listening if it has several connections, and
// returns what the pipeline has made of it.

/// `muxer` is the name of a muxer, or hlssink2. Parsers stand between the demuxer and it. It counts what
/// FFmpeg finds in the files.
Outcome written_by(const std::string& muxer, const PublishedStream& stream);

/// `first` is decodebin3, or eflvdemux with a decodebin behind each of its pads.
Outcome decoded_by(const std::string& first, const PublishedStream& stream);

/// playbin3, by a URI.
Outcome played(const PublishedStream& stream);

}  // namespace rtmp::test
