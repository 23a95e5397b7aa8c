// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media_fixture.h"
#include "wire.h"

namespace rtmp::test {

// Tags for a demuxer, their bodies in the notation of wire().

inline Sent tag(MessageType type, std::uint32_t timestamp, std::string_view notation) {
  const Bytes body = wire(notation);
  return {type, timestamp, std::string(body.begin(), body.end())};
}
inline Sent video(std::uint32_t timestamp, std::string_view notation) {
  return tag(MessageType::kVideo, timestamp, notation);
}
inline Sent audio(std::uint32_t timestamp, std::string_view notation) {
  return tag(MessageType::kAudio, timestamp, notation);
}

/// Decoder configuration of H.264 without parameter sets, and of AAC of 44.1 kHz and two channels.
inline Sent avc_header(std::uint32_t timestamp = 0) {
  return video(timestamp, "17 00 000000 01 64 00 1F FF E0 00");
}
inline Sent aac_header(std::uint32_t timestamp = 0) { return audio(timestamp, "AF 00 1210"); }

/// A frame of these bytes.
inline Sent avc_frame(std::uint32_t timestamp, bool key, const std::string& bytes) {
  Sent frame = video(timestamp, key ? "17 01 000000" : "27 01 000000");
  frame.body += bytes;
  return frame;
}
inline Sent aac_frame(std::uint32_t timestamp, const std::string& bytes) {
  Sent frame = audio(timestamp, "AF 01");
  frame.body += bytes;
  return frame;
}

/// Both configurations, then a frame of each medium every 40 ms, with a key frame every second.
inline std::vector<Sent> avc_and_aac(std::size_t frames, std::uint32_t first_timestamp = 0) {
  std::vector<Sent> sent{avc_header(first_timestamp), aac_header(first_timestamp)};
  for (std::size_t i = 0; i < frames; ++i) {
    const auto timestamp = first_timestamp + static_cast<std::uint32_t>(i * 40);
    const std::string name = std::to_string(i) + ";";
    sent.push_back(avc_frame(timestamp, i % 25 == 0, "picture " + name));
    sent.push_back(aac_frame(timestamp, "sound " + name));
  }
  return sent;
}

}  // namespace rtmp::test
