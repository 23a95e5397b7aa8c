// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace rtmp {

/// A publisher's 32-bit clock on its way into an FLV stream, unwrapped to 64 bits.
///
/// Timestamps stay what the publisher sent. Two cannot: FLV's timestamps are signed, so a clock that starts
/// in their negative half (an encoder's uptime after 24 days) is moved to start at 0, and what lies before 0
/// then, or by a negative timestamp of its own, becomes 0. And a header in front of the first coded frame may
/// carry any, 0 mostly: it comes out no later than that frame.
class Timeline {
 public:
  /// `first` is the timestamp of the first coded frame.
  explicit Timeline(std::uint32_t first)
      : last_received_(first), last_(first <= kLargestFlvTimestamp ? first : 0) {}

  /// For a publisher that goes on with another's stream: its first coded frame, which is mapped first, comes
  /// out at `at`, and nothing before that.
  Timeline(std::uint32_t first, std::uint64_t at) : last_received_(first), floor_(at), last_(at) {}

  /// The time of a tag, in ms; its low 32 bits are the FLV timestamp. Tags may come out of order by
  /// less than 2^31 ms.
  std::uint64_t map(std::uint32_t timestamp) {
    const auto step = static_cast<std::int32_t>(timestamp - last_received_);
    begun_ = begun_ || step == 0;
    if (!begun_ && step > 0) return last_;
    const auto distance = static_cast<std::uint64_t>(std::int64_t{step});  // modulo 2^64, as all that follows
    if (step < 0 && last_ - floor_ < 0 - distance) return floor_;
    if (!begun_) return last_ + distance;
    last_received_ = timestamp;
    return last_ += distance;
  }

 private:
  static constexpr std::uint32_t kLargestFlvTimestamp = 0x7FFFFFFF;

  std::uint32_t last_received_;
  std::uint64_t floor_ = 0;
  std::uint64_t last_;
  bool begun_ = false;  // with the first coded frame
};

}  // namespace rtmp
