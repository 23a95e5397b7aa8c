// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rtmp::test {

/// What an encoder made of a frame, or of so much sound. Times are in ns; those of the first begin at 0.
struct AccessUnit {
  std::int64_t dts;
  std::int64_t pts;
  bool key;
  std::string bytes;
};

/// A stream as GStreamer's encoders make it.
struct Encoded {
  std::shared_ptr<GstCaps> caps;
  std::string codec_data;                           // "" where the caps have none
  std::vector<std::string> streamheader;            // the same
  std::vector<AccessUnit> units;                    // without those that are in `streamheader`
  std::vector<std::shared_ptr<GstBuffer>> buffers;  // the same, as they were
};

/// Runs a source and an encoder, in gst-launch's language. Ends the test's process where they cannot be made.
Encoded encode(const std::string& description);

/// What a decoder, in gst-launch's language, makes of the stream: a text for each raw buffer.
std::vector<std::string> decode(const Encoded& stream, const std::string& decoder);

}  // namespace rtmp::test
