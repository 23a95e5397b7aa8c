// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rtmp::test {

/// What an encoder made of a frame, or of a piece of sound. Times are in ns. The first is 0.
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

/// Runs a source and an encoder, given in gst-launch's language. The test's process ends if they cannot be
/// made.
Encoded encode(const std::string& description);

/// Decodes a stream with a decoder in gst-launch's language. Returns a text for each raw buffer.
std::vector<std::string> decode(const Encoded& stream, const std::string& decoder);

}  // namespace rtmp::test
