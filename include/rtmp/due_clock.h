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
  std::int64_t us = 0;  // of a clock that never stops and never steps
  bool held = false;    // the reader had had to wait for room: the tag may have been there earlier
};

/// Frames are due at other times than the publisher's timestamps alone would say.
struct ClockCorrection {
  enum class Why {
    kJump,      // the timestamps of a medium stepped, and the arrival did not bear that out
    kOwnClock,  // the second medium began far from the first, by its timestamps
    kLate,      // all frames have been late for some seconds
    kFast,      // the publisher's clock has run ahead
    kStep,      // the pipeline's clock stepped, or stood still as it does in PAUSED
  };
  Why why;
  std::optional<Medium> medium;  // nothing: both
  std::int64_t ms;               // later; negative: earlier
};

const char* to_string(ClockCorrection::Why why);

/// Tells the time at which each frame of a publisher is due: its timestamp, and what that is away from the
/// time of the stream that it goes into.
///
/// Without an anomaly the distance stays what the first frame made it, so that frames keep their distances.
/// It changes where the publisher's clock and the stream's have come apart: at once where timestamps jump,
/// after some seconds where all frames come late, and little by little where the publisher's clock is fast.
/// Audio and video move together, but where the publisher gave each a clock of its own. No medium's time goes
/// back by a correction. A sender that is faster than real time by more than 5 % is a file, and no clock.
///
/// All times but those of arrivals are in ms. Those of the stream may begin anywhere. Not thread-safe.
class DueClock {
 public:
  /// An arrival's `us`, and these, are the stream's time in us. A change of less than 50 ms is drift; more is
  /// a step, with which the frames of a publisher that sends in real time move.
  void set_offset(std::int64_t us);
  /// The same where the stream's time, and not the pipeline's clock, has stepped: frames are due when they
  /// were.
  void adopt_offset(std::int64_t us);
  /// How late a frame may arrive and still be shown.
  void set_latency(std::int64_t latency) { latency_ = latency; }

  /// No frame is due before this.
  void hold_until(std::int64_t due);

  /// A publisher begins. None of its frames is due before `floor`.
  void begin(std::int64_t floor);

  /// When a coded frame is due. The first of a publisher is due at its arrival, or at the floor if that is
  /// later. If it came half a second before the floor or more, as it does where the pipeline was paused, and
  /// what follows came in real time, that follows its arrival soon.
  std::int64_t frame(Medium medium, std::uint32_t timestamp, Arrival arrival);
  /// The same for a tag that tells nothing of the clock: a header, script data, a frame of a further track.
  /// Where its timestamp leads nowhere near, it is due with the last frame.
  std::int64_t other(Medium medium, std::uint32_t timestamp);

  /// Whether the publisher has shown a frame.
  [[nodiscard]] bool begun() const { return tracks_[0].begun || tracks_[1].begun; }
  /// The time at which the last of all frames is due.
  [[nodiscard]] std::int64_t last() const { return last_; }
  /// What was corrected since the last call, the oldest first.
  std::optional<ClockCorrection> take_correction();

 private:
  struct Track {
    bool begun = false;
    std::uint32_t received = 0;  // the last timestamp
    std::int64_t timestamp = 0;  // the same, unwrapped
    std::int64_t offset = 0;     // from there to the time at which it is due, once pending_ is over
    std::int64_t arrived = 0;    // the last frame
    std::int64_t last = 0;       // when the last frame is due
    Rising rising{};
    RecentLeast recent{};
    LateRun late{};
    std::optional<std::int64_t> jumped_at{};  // the arrival
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
  /// Frames of both media are due later by so much, or earlier.
  void move(std::int64_t by);
  /// Arrivals have a time that is later by so much.
  void arrivals_step(std::int64_t by);
  /// Frames are due so much later, at once.
  void step_by(std::int64_t by);
  void correct(Why why, std::optional<Medium> medium, std::int64_t ms);

  std::optional<std::int64_t> offset_us_{};
  std::int64_t latency_ = 200;
  std::int64_t floor_ = 0;
  std::int64_t last_ = 0;
  std::array<Track, 2> tracks_{};
  std::int64_t began_ = 0;   // the arrival of the first frame
  std::int64_t behind_ = 0;  // the stream's begin, if that is still to be looked at: how long
  std::int64_t took_ = 0;    // the first frames took to come, and how far they led
  std::int64_t way_ = 0;
  LateRun late_{};
  Trend trend_{};
  std::int64_t pending_ = 0;  // what of the corrections is still to come, little by little
  std::int64_t lead_ = 0;     // the latest due time, and what of the way there has not been used for that yet
  std::int64_t credit_ = 0;
  std::deque<ClockCorrection> corrections_;
};

}  // namespace rtmp
