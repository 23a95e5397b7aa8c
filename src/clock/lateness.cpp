// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/lateness.h"

namespace rtmp {

void RecentLeast::add(std::int64_t arrival, std::int64_t lateness) {
  if (!current_ || arrival - since_ >= kHalf) {
    before_ = current_;
    current_ = lateness;
    since_ = arrival;
  }
  current_ = std::min(*current_, lateness);
}

void RecentLeast::move(std::int64_t by) {
  if (current_) *current_ += by;
  if (before_) *before_ += by;
}

std::optional<std::int64_t> RecentLeast::get() const {
  if (!current_ || !before_) return current_;
  return std::min(*current_, *before_);
}

std::optional<std::int64_t> LateRun::add(std::int64_t arrival, std::int64_t lateness,
                                         std::int64_t tolerance) {
  if (lateness <= tolerance) {
    reset();
    return {};
  }
  if (frames_++ == 0) {
    since_ = arrival;
    recent_ = {};
  }
  recent_.add(arrival, lateness);
  if (frames_ < kFewest || arrival - since_ < kWhile) return {};
  const auto least = recent_.get();
  reset();
  return least;
}

std::optional<std::int64_t> Trend::add(std::int64_t arrival, std::int64_t lateness, bool held) {
  if (!since_) {
    since_ = arrival;
    first_ = least_ = lateness;
    held_ = false;
  }
  least_ = std::min(least_, lateness);
  held_ = held_ || (held && lateness < -kEarly);
  if (arrival - *since_ < kWindow) return {};
  return close(arrival);
}

std::optional<std::int64_t> Trend::close(std::int64_t arrival) {
  const std::int64_t least = least_;
  const auto length = static_cast<double>(arrival - *since_);
  since_.reset();
  if (!baseline_) {
    too_fast_ = held_;
    baseline_ = last_least_ = least;
    last_drop_ = 0;
    return {};
  }
  const std::int64_t drop = last_least_ - least;
  const bool was_a_step = last_drop_ >= kNoticed - 5 && drop < last_drop_ / 3;
  const bool twice = *baseline_ - last_least_ >= kNoticed / 2;
  last_least_ = least;
  last_drop_ = drop;
  too_fast_ = held_ || static_cast<double>(drop) > length * kFastestClock;
  // A clock that is less early than before stays so. The baseline rises with it.
  if (too_fast_ || was_a_step || least >= *baseline_) {
    baseline_ = least;
    return {};
  }
  const std::int64_t ahead = *baseline_ - least;
  if (!twice || ahead < kNoticed) return {};
  return ahead;
}

void Trend::correct(std::int64_t by) {
  last_least_ += by;
  since_.reset();
}

bool Trend::too_fast() const {
  if (!since_) return too_fast_;
  return too_fast_ || held_ || baseline_.value_or(first_) - least_ > kAhead;
}

}  // namespace rtmp
