// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "rtmp/due_clock.h"
#include "rtmp/rising.h"

namespace rtmp {

/// Maps the 32-bit timestamps of a publisher to the 64-bit times of an FLV stream, in ms.
///
/// Normally a time is the timestamp that the publisher sent, unwrapped. There are three exceptions:
///  - The timestamps of FLV are signed. A clock that starts in their negative half, such as the uptime of an
///    encoder after 24 days, starts at 0 instead. Times before the floor, which is 0 or the end of the stream
///    of another publisher, are moved to the floor and rise from there.
///  - A medium whose clock goes back to before the floor, because it starts anew, goes on after the latest
///    time.
///  - A header before the first coded frame may carry any timestamp, mostly 0. Its time is no later than that
///    of the frame.
class Timeline {
 public:
  /// `first` is the timestamp of the first coded frame.
  explicit Timeline(std::uint32_t first)
      : last_received_(first), time_(first <= kLargestFlvTimestamp ? first : 0), latest_(time_) {}

  /// For a publisher that goes on with the stream of another one. Its first coded frame, which has the
  /// timestamp `first`, gets the time `at`. No tag gets a time before `floor`.
  Timeline(std::uint32_t first, std::uint64_t at, std::uint64_t floor)
      : last_received_(first),
        floor_(static_cast<std::int64_t>(floor)),
        time_(static_cast<std::int64_t>(at)),
        latest_(time_) {
    tracks_.fill({.rising = Rising(floor_)});
  }

  /// Returns the time of a tag, in ms. The low 32 bits are its FLV timestamp. The timestamps of tags may be
  /// out of order by less than 2^31 ms. Only those of coded frames change the mapping.
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
      track.moved = 0;  // only a few frames had gone back
    }
    const std::int64_t time = track.rising.hold(time_ + track.moved);
    latest_ = std::max(latest_, time);
    return static_cast<std::uint64_t>(time);
  }

 private:
  static constexpr std::uint32_t kLargestFlvTimestamp = 0x7FFFFFFF;
  static constexpr std::int64_t kNear = 3'000;  // the greatest distance between one medium and the other

  struct Track {
    Rising rising{};
    std::int64_t moved = 0;
  };
  [[nodiscard]] bool is_near(std::int64_t time) const {
    return time >= floor_ && std::abs(time - latest_) <= kNear;
  }

  std::uint32_t last_received_;
  std::int64_t floor_ = 0;
  std::int64_t time_;    // the time of last_received_, unless its medium was moved
  std::int64_t latest_;  // the latest time that was returned
  std::array<Track, 2> tracks_{};
  bool begun_ = false;  // the first coded frame was mapped
};

}  // namespace rtmp
