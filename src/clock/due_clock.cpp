// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/due_clock.h"

#include <cstdlib>
#include <utility>

namespace rtmp {
namespace {

// All of these are in ms.
constexpr std::int64_t kStep = 50;           // a step of the pipeline's clock; less is drift
constexpr std::int64_t kJumpAhead = 1'000;   // with less, nobody has to wait for long
constexpr std::int64_t kJumpBack = 100;      // timestamps of a track go back by less than this, for jitter
constexpr std::int64_t kYoung = 1'000;       // before this age, a file cannot be told from a clock
constexpr std::int64_t kApartInTime = 5;     // frames that arrive within less came at once
constexpr std::int64_t kYoungJump = 20'000;  // two pictures at the beginning may be so far apart
constexpr std::int64_t kTogether = 2'000;    // audio and video jump together within this time
constexpr std::int64_t kLeastJump = 30;      // of the medium that jumps second
constexpr std::int64_t kApart = 3'000;       // media that are farther apart have two clocks
constexpr std::int64_t kLateStart = 100;     // the lateness at which a second medium is not in time
constexpr std::int64_t kLookBehind = 500;    // how long the beginning is examined
constexpr std::int64_t kBurst = 400;         // how much may come at once in that time
constexpr std::int64_t kTolerance = 10;      // lateness that does not count
constexpr std::int64_t kSpreadAnyway = 60;   // a correction by less is always spread
constexpr std::int64_t kSpread = 16;         // a correction changes a distance by one of so many parts

}  // namespace

const char* to_string(ClockCorrection::Why why) {
  switch (why) {
    case ClockCorrection::Why::kJump:
      return "its timestamps jumped";
    case ClockCorrection::Why::kOwnClock:
      return "its timestamps are far from those of the other medium";
    case ClockCorrection::Why::kLate:
      return "all frames came late";
    case ClockCorrection::Why::kFast:
      return "its clock is fast";
    case ClockCorrection::Why::kStep:
      return "the pipeline's clock stepped or stood still";
  }
  return "";
}

void DueClock::set_offset(std::int64_t us) {
  const std::int64_t step = (us - std::exchange(offset_us_, us).value_or(us)) / 1000;
  if (!begun() || std::abs(step) < kStep) return;
  const bool too_fast = trend_.too_fast();
  arrivals_step(step);
  // A file is ahead by more or by less now, and goes on. Otherwise, frames arrive as late as before.
  if (!too_fast) return step_by(step);
  for (Track& track : tracks_) track.recent.move(step);
}

void DueClock::adopt_offset(std::int64_t us) {
  const std::int64_t step = (us - std::exchange(offset_us_, us).value_or(us)) / 1000;
  if (!begun()) return;
  arrivals_step(step);
  for (Track& track : tracks_) track.recent.move(step);
}

void DueClock::arrivals_step(std::int64_t by) {
  began_ += by;
  late_.reset();
  trend_.restart();
  for (Track& track : tracks_) {
    track.arrived += by;
    track.recent.step(by);
    track.late.reset();
    if (track.jumped_at) *track.jumped_at += by;
  }
}

void DueClock::step_by(std::int64_t by) {
  const Rising together(std::max(tracks_[0].last, tracks_[1].last) + 1);
  for (Track& track : tracks_) {
    track.offset += by;
    if (by < 0) track.rising = together;
  }
  lead_ += by;
  correct(Why::kStep, {}, by);
}

void DueClock::hold_until(std::int64_t due) {
  floor_ = std::max(floor_, due);
  for (Track& track : tracks_) track.rising = Rising(std::max(floor_, track.last + 1));
}

void DueClock::begin(std::int64_t floor) {
  tracks_ = {};
  late_.reset();
  trend_.reset();
  pending_ = credit_ = behind_ = 0;
  floor_ = floor;
}

std::int64_t DueClock::frame(Medium medium, std::uint32_t timestamp, Arrival arrived) {
  Track& track = tracks_[static_cast<std::size_t>(medium)];
  const Track& other = tracks_[1 - static_cast<std::size_t>(medium)];
  const std::int64_t arrival = (arrived.us + offset_us_.value_or(0)) / 1000;
  if (!track.begun) {
    start_track(medium, timestamp, arrival);
    if (!other.begun) behind_ = std::max<std::int64_t>(floor_ - arrival, 0);
  } else {
    const auto step = static_cast<std::int32_t>(timestamp - track.received);
    track.received = timestamp;
    track.timestamp += step;
    if (jumps(track, other, step, arrival)) jump(medium, arrival);
  }
  if (behind_ > 0) look_behind(track, arrival, arrived.held);
  spread(track);
  measure(track, arrival, arrived.held);
  track.arrived = arrival;
  track.last = track.rising.hold(due_of(track));
  last_ = std::max(last_, track.last);
  return track.last;
}

void DueClock::start_track(Medium medium, std::uint32_t timestamp, std::int64_t arrival) {
  Track& track = tracks_[static_cast<std::size_t>(medium)];
  const Track& other = tracks_[1 - static_cast<std::size_t>(medium)];
  track.received = timestamp;
  track.rising = Rising(floor_);
  if (!other.begun) {
    const std::int64_t due = std::max(arrival, floor_);
    track.begun = true;
    track.timestamp = timestamp;
    track.offset = due - track.timestamp;
    last_ = lead_ = due;
    began_ = arrival;
    return;
  }
  track.begun = true;
  track.timestamp = other.timestamp + static_cast<std::int32_t>(timestamp - other.received);
  track.offset = other.offset;
  const std::int64_t due = due_of(track);
  const std::int64_t late = arrival - due;
  if (std::abs(late) > kApart && std::abs(due - other.last) > kApart) {
    track.offset += late;
    correct(Why::kOwnClock, medium, late);
  } else if (late > kLateStart) {
    // This medium is shown in time, too, and together with the other.
    move(late);
    correct(Why::kLate, {}, late);
  }
}

// Returns the least lateness that a track's frames had lately. 0 if all were late.
std::int64_t DueClock::earliness(const Track& track) {
  return std::min<std::int64_t>(track.recent.get().value_or(0), 0);
}

bool DueClock::jumps(const Track& track, const Track& other, std::int64_t step, std::int64_t arrival) const {
  // The first frames of a file may arrive at once, although they are far apart.
  const bool young = arrival - began_ < kYoung;
  std::int64_t ahead = young ? kYoungJump : kJumpAhead;
  std::int64_t back = kJumpBack;
  const bool follows = other.jumped_at && arrival - *other.jumped_at < kTogether &&
                       track.jumped_at.value_or(*other.jumped_at - 1) < *other.jumped_at;
  if (follows) {
    const std::int64_t half = std::max(std::abs(other.jump) / 2, kLeastJump);
    if (other.jump < 0) ahead = std::min(ahead, half);
    if (other.jump > 0) back = std::min(back, half);
  }
  if (step < -back) return true;
  if (step <= ahead) return false;
  if (!follows && (trend_.too_fast() || (young && arrival - track.arrived < kApartInTime))) return false;
  const std::int64_t lateness = arrival - track.timestamp - track.offset;
  return lateness < earliness(track) - ahead;
}

void DueClock::jump(Medium medium, std::int64_t arrival) {
  Track& track = tracks_[static_cast<std::size_t>(medium)];
  const Track& other = tracks_[1 - static_cast<std::size_t>(medium)];
  // The frame is as early or late as those before it, so the medium stays where it was beside the other one.
  const std::int64_t due = std::max(arrival - earliness(track), track.last + 1);
  const std::int64_t before = track.offset;
  const bool jumped_too = other.jumped_at && arrival - *other.jumped_at < kTogether;
  track.offset = due - track.timestamp;
  if (other.begun && (jumped_too || other.offset != before) &&
      std::abs(other.offset - track.offset) <= kApart)
    track.offset = other.offset;  // then the two stay as far apart as they were sent
  track.rising = Rising(track.last + 1);
  track.jump = track.offset - before;
  track.jumped_at = arrival;
  track.recent = {};
  track.late.reset();
  late_.reset();
  lead_ = std::min(lead_, due);
  correct(Why::kJump, medium, track.jump);
}

// The first frames may have come before the stream began, when nothing took them. If they came in real time,
// the publisher is shown as it is now. If not, it sends a file, which is shown from its beginning.
void DueClock::look_behind(const Track& track, std::int64_t arrival, bool held) {
  if (!held) {
    took_ = arrival - began_;
    way_ = due_of(track) - floor_;
  }
  if (!held && took_ < kLookBehind && arrival < floor_) return;
  const std::int64_t behind = std::exchange(behind_, 0);
  const bool file = way_ > took_ + took_ / 20 + std::min(took_, kBurst);
  if (behind < kBurst || file) return;
  step_by(-behind);
  for (Track& each : tracks_) each.recent.move(behind);
  late_.reset();
  trend_.restart();
}

// Applies the pending correction in small steps, each in proportion to the time since the last.
void DueClock::spread(const Track& track) {
  const std::int64_t way = due_of(track) - lead_;
  if (way <= 0) return;
  lead_ += way;
  if (pending_ == 0) return;
  credit_ += way;
  const std::int64_t most = credit_ / kSpread;
  const std::int64_t part = std::clamp(pending_, -most, most);
  if (part == 0) return;
  credit_ -= most * kSpread;
  pending_ -= part;
  lead_ += part;
  if (part < 0)
    for (Track& each : tracks_) each.rising = Rising(each.last);
  if (pending_ == 0) credit_ = 0;
}

void DueClock::measure(Track& track, std::int64_t arrival, bool held) {
  const std::int64_t lateness = arrival - track.timestamp - track.offset;
  track.recent.add(arrival, lateness);
  auto late = late_.add(arrival, lateness, kTolerance);
  // One medium may come somewhat later than the other, but not later than the latency covers.
  if (const auto alone = track.late.add(arrival, lateness, kTolerance + latency_ * 3 / 4); alone && !late)
    late = *alone - latency_ / 2;
  if (late) {
    move(*late);
    trend_.restart();
    correct(Why::kLate, {}, *late);
    return;
  }
  if (const auto ahead = trend_.add(arrival, lateness, held)) {
    move(-*ahead);
    trend_.correct(*ahead);
    correct(Why::kFast, {}, -*ahead);
  }
}

void DueClock::move(std::int64_t by) {
  for (Track& track : tracks_) {
    track.offset += by;
    track.recent.move(-by);
    track.late.reset();
  }
  late_.reset();
  // Frames that come late meanwhile are still shown.
  if (by <= std::max(kSpreadAnyway, latency_ * 3 / 4)) {
    pending_ += by;
  } else {
    lead_ += by;
  }
}

std::int64_t DueClock::other(Medium medium, std::uint32_t timestamp) {
  const std::size_t index = static_cast<std::size_t>(medium);
  const Track& track = tracks_[tracks_[index].begun ? index : 1 - index];
  const std::int64_t due = due_of(track) + static_cast<std::int32_t>(timestamp - track.received);
  if (!track.begun || std::abs(due - track.last) > kApart) return std::max(last_, floor_);
  return std::max(due, floor_);
}

void DueClock::correct(Why why, std::optional<Medium> medium, std::int64_t ms) {
  corrections_.push_back({why, medium, ms});
}

std::optional<ClockCorrection> DueClock::take_correction() {
  if (corrections_.empty()) return {};
  const ClockCorrection correction = corrections_.front();
  corrections_.pop_front();
  return correction;
}

}  // namespace rtmp
