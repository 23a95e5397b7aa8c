// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "rtmp/lateness.h"
#include "rtmp/rising.h"

namespace rtmp {

enum class Medium : std::uint8_t { kVideo, kAudio };

/// When a tag was received.
struct Arrival {
  std::int64_t us = 0;  // in us, by a clock that never stops and never steps
  bool held = false;    // the reader had to wait for room before, so the tag may have been there earlier
};

/// A change of the distance between a publisher's timestamps and the times at which its frames are due.
struct ClockCorrection {
  enum class Why {
    kJump,      // the timestamps of one medium stepped, and the arrivals did not
    kOwnClock,  // the second medium began with timestamps that are far from those of the first
    kLate,      // all frames have been late for some seconds
    kFast,      // the publisher's clock is fast and has run ahead
    kStep,      // the clock of the pipeline stepped, or stood still as it does in PAUSED
  };
  Why why;
  std::optional<Medium> medium;  // the medium that is corrected; nothing: both
  std::int64_t ms;               // by how much frames are due later; negative: earlier
};

const char* to_string(ClockCorrection::Why why);

/// Computes the time at which each frame of a publisher is due: the frame's timestamp plus an offset, which
/// leads to the time of the stream that the frame goes into.
///
/// The first frame sets the offset, and normally the offset stays. So the distances between frames stay, too.
/// The offset changes when the clocks of the publisher and of the stream have come apart: at once if
/// timestamps jump, after some seconds if all frames come late, and little by little if the publisher's clock
/// is fast. Audio and video move together, unless the publisher gives each a clock of its own. No correction
/// lets the time of a medium go back. A sender that is faster than real time by more than 5 % sends a file;
/// its timestamps are not compared with the clock.
///
/// Times are in ms, except those of arrivals, which are in us. The time of the stream may begin at any value.
/// Only one thread may use an object of this class at a time. It never blocks.
class DueClock {
 public:
  /// Sets the offset that leads from the `us` of an arrival to the time of the stream, in us. A change of
  /// less than 50 ms is drift. A larger change is a step: the frames of a publisher that sends in real time
  /// move with it.
  void set_offset(std::int64_t us);
  /// The same if the time of the stream has stepped and the pipeline's clock has not. Frames stay due when
  /// they were.
  void adopt_offset(std::int64_t us);
  /// Sets how late a frame may arrive and still be shown in time, in ms.
  void set_latency(std::int64_t latency) { latency_ = latency; }

  /// From now on, no frame is due before this time.
  void hold_until(std::int64_t due);

  /// A publisher begins. None of its frames is due before `floor`.
  void begin(std::int64_t floor);

  /// Returns when a coded frame is due. The first frame of a publisher is due at its arrival, or at the floor
  /// if that is later. If that frame came half a second or more before the floor, as it does after the
  /// pipeline was paused, and the next frames come in real time, those are due soon after they arrive.
  std::int64_t frame(Medium medium, std::uint32_t timestamp, Arrival arrival);
  /// The same for a tag that says nothing about the clock: a header, script data, or a frame of a further
  /// track. A tag whose timestamp is far from those of the frames is due together with the last frame.
  std::int64_t other(Medium medium, std::uint32_t timestamp);

  /// Returns whether the publisher has sent a frame.
  [[nodiscard]] bool begun() const { return tracks_[0].begun || tracks_[1].begun; }
  /// Returns the latest time at which any frame so far is due.
  [[nodiscard]] std::int64_t last() const { return last_; }
  /// Removes and returns the oldest correction that has not been taken. Returns nothing if there is none.
  std::optional<ClockCorrection> take_correction();

 private:
  struct Track {
    bool begun = false;
    std::uint32_t received = 0;  // the last timestamp
    std::int64_t timestamp = 0;  // the same, unwrapped
    std::int64_t offset = 0;     // leads from `timestamp` to the due time, once pending_ is 0
    std::int64_t arrived = 0;    // when the last frame arrived
    std::int64_t last = 0;       // when the last frame is due
    Rising rising{};
    RecentLeast recent{};
    LateRun late{};
    std::optional<std::int64_t> jumped_at{};  // the arrival of the frame that jumped
    std::int64_t jump = 0;
  };
  using Why = ClockCorrection::Why;

  void start_track(Medium medium, std::uint32_t timestamp, std::int64_t arrival);
  [[nodiscard]] static std::int64_t earliness(const Track& track);
  [[nodiscard]] bool jumps(const Track& track, const Track& other, std::int64_t step,
                           std::int64_t arrival) const;
  void look_behind(const Track& track, std::int64_t arrival, bool held);
  void jump(Medium medium, std::int64_t arrival);
  void measure(Track& track, std::int64_t arrival, bool held);
  [[nodiscard]] std::int64_t due_of(const Track& track) const {
    return track.timestamp + track.offset - pending_;
  }
  void spread(const Track& track);
  /// Frames of both media are due later by `by`. Negative: earlier.
  void move(std::int64_t by);
  /// The times of arrivals are later by `by` from now on.
  void arrivals_step(std::int64_t by);
  /// Frames are due later by `by`, at once.
  void step_by(std::int64_t by);
  void correct(Why why, std::optional<Medium> medium, std::int64_t ms);

  std::optional<std::int64_t> offset_us_{};
  std::int64_t latency_ = 200;
  std::int64_t floor_ = 0;
  std::int64_t last_ = 0;
  std::array<Track, 2> tracks_{};
  std::int64_t began_ = 0;  // when the first frame arrived
  // If the beginning is still to be examined: how far the first frame was behind the floor, how long the
  // first frames took to arrive, and how far their timestamps led.
  std::int64_t behind_ = 0;
  std::int64_t took_ = 0;
  std::int64_t way_ = 0;
  LateRun late_{};
  Trend trend_{};
  std::int64_t pending_ = 0;  // the part of the corrections that is still to come, little by little
  // The latest due time, and how much of the time up to there has not been used to apply pending_.
  std::int64_t lead_ = 0;
  std::int64_t credit_ = 0;
  std::deque<ClockCorrection> corrections_;
};

}  // namespace rtmp
