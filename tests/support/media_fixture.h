// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tcp_publisher.h"

namespace rtmp::test {

/// One audio, video or data message of a made-up publisher, and the FLV tag that has to come of it.
struct Sent {
  MessageType type;
  std::uint32_t timestamp;
  std::string body;

  /// The tag as FLV 10.1, annex E.4.1 has it; built here, not by the code under test.
  [[nodiscard]] std::string tag() const;
};

/// The 13 bytes in front of the tags.
std::string flv_file_header();
/// The file that a stream of these messages makes.
std::string flv_file(const std::vector<Sent>& sent);

/// Metadata, decoder configuration, then `frames` video frames of `frame_size` bytes at 30 fps with an audio
/// frame each, a key frame every 30. Every body is different. Nothing in it can be decoded.
std::vector<Sent> made_up_stream(std::size_t frames, std::size_t frame_size = 1000,
                                 std::uint32_t first_timestamp = 0);

/// An onMetaData message that says this.
Sent metadata(std::vector<AmfValue::Property> properties);

/// Sends all of it; stops at the first error.
Result<void> send_all(TcpPublisher& publisher, const std::vector<Sent>& sent);

}  // namespace rtmp::test
