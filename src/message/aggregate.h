// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "message.h"

namespace rtmp {

/// One audio, video or data message in an aggregate message. Its bytes stay in the aggregate.
struct AggregatePart {
  MessageType type{};
  std::uint32_t timestamp = 0;
  std::span<const std::uint8_t> body;
};

/// Reads the audio, video and data messages in an aggregate message (RTMP 1.0, section 7.1.6). Its body is a
/// sequence of complete FLV tags. The first message gets the timestamp of the aggregate, and the others keep
/// their distances to it. Anything else in the aggregate is skipped, including another aggregate and a last
/// message that is cut short.
class AggregateReader {
 public:
  /// The aggregate must outlive the reader and its parts.
  explicit AggregateReader(const Message& aggregate)
      : rest_(aggregate.body()), begins_(aggregate.timestamp) {}

  /// Returns the next message. Returns nothing after the last.
  std::optional<AggregatePart> next();

 private:
  std::span<const std::uint8_t> rest_;
  const std::uint32_t begins_;
  std::optional<std::uint32_t> first_;  // the timestamp of the first tag
};

}  // namespace rtmp
