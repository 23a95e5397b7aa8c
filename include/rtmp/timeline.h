// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "rtmp/due_clock.h"
#include "rtmp/rising.h"

namespace rtmp {

/// A publisher's 32-bit clock on its way into an FLV stream, unwrapped to 64 bits.
///
/// Timestamps stay what the publisher sent. Three cannot: FLV's timestamps are signed, so a clock that starts
/// in their negative half (an encoder's uptime after 24 days) is moved to start at 0. What lies before the
/// floor then, which is 0 or where another publisher's stream ended, comes out there and rises from there;
/// and a medium whose clock goes back to before it, as one that starts anew does, goes on behind the latest
/// time. And a header in front of the first coded frame may carry any, 0 mostly: it comes out no later than
/// that frame.
class Timeline {
 public:
  /// `first` is the timestamp of the first coded frame.
  explicit Timeline(std::uint32_t first)
      : last_received_(first), time_(first <= kLargestFlvTimestamp ? first : 0), latest_(time_) {}

  /// For a publisher that goes on with another's stream: its first coded frame, which is mapped first, comes
  /// out at `at`, and nothing before `floor`.
  Timeline(std::uint32_t first, std::uint64_t at, std::uint64_t floor)
      : last_received_(first),
        floor_(static_cast<std::int64_t>(floor)),
        time_(static_cast<std::int64_t>(at)),
        latest_(time_) {
    tracks_.fill({.rising = Rising(floor_)});
  }

  /// The time of a tag, in ms; its low 32 bits are the FLV timestamp. Tags may come out of order by
  /// less than 2^31 ms. Only those of coded frames say something of the clock.
  std::uint64_t map(std::uint32_t timestamp, Medium medium = Medium::kVideo, bool coded = true) {
    const auto step = static_cast<std::int32_t>(timestamp - last_received_);
    begun_ = begun_ || step == 0;
    if (!begun_) return static_cast<std::uint64_t>(step > 0 ? time_ : std::max(time_ + step, floor_));
    Track& track = tracks_[static_cast<std::size_t>(medium)];
    if (!coded) {
      const std::int64_t time = time_ + step + track.moved;
      return static_cast<std::uint64_t>(time < floor_ ? latest_ : time);
    }
    last_received_ = timestamp;
    time_ += step;
    if (time_ + track.moved < floor_ - kNear) {
      const std::int64_t others = tracks_[1 - static_cast<std::size_t>(medium)].moved;
      track.moved = is_near(time_ + others) ? others : latest_ + 1 - time_;
    } else if (track.moved != 0 && !is_near(time_ + track.moved) && is_near(time_)) {
      track.moved = 0;  // it was but a few frames
    }
    const std::int64_t time = track.rising.hold(time_ + track.moved);
    latest_ = std::max(latest_, time);
    return static_cast<std::uint64_t>(time);
  }

 private:
  static constexpr std::uint32_t kLargestFlvTimestamp = 0x7FFFFFFF;
  static constexpr std::int64_t kNear = 3'000;  // one medium is so far from the other, at most

  struct Track {
    Rising rising{};
    std::int64_t moved = 0;
  };
  [[nodiscard]] bool is_near(std::int64_t time) const {
    return time >= floor_ && std::abs(time - latest_) <= kNear;
  }

  std::uint32_t last_received_;
  std::int64_t floor_ = 0;
  std::int64_t time_;    // of last_received_, unless its medium was moved
  std::int64_t latest_;  // that came out
  std::array<Track, 2> tracks_{};
  bool begun_ = false;  // with the first coded frame
};

}  // namespace rtmp
