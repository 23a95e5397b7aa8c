// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

#include "message.h"

namespace rtmp {

/// One audio, video or data message in an aggregate message, whose bytes stay where they are.
struct AggregatePart {
  MessageType type{};
  std::uint32_t timestamp = 0;
  std::span<const std::uint8_t> body;
};

/// The audio, video and data messages in an aggregate message (RTMP 1.0, section 7.1.6), whose body is a
/// run of complete FLV tags. Their timestamps keep their distances and begin at that of the aggregate.
/// Whatever cannot be such a message, an aggregate in an aggregate among it, is passed over, and so is a
/// last one that is cut short.
class AggregateReader {
 public:
  /// The aggregate must outlive the reader and its parts.
  explicit AggregateReader(const Message& aggregate)
      : rest_(aggregate.body()), begins_(aggregate.timestamp) {}

  /// The next one; nothing behind the last.
  std::optional<AggregatePart> next();

 private:
  std::span<const std::uint8_t> rest_;
  const std::uint32_t begins_;
  std::optional<std::uint32_t> first_;  // the timestamp of the first tag
};

}  // namespace rtmp
