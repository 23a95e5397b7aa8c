// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_clock.h"

#include <algorithm>

namespace rtmp {
namespace {

// Bytes may say anything: 34 years, in ms, of which nothing overflows.
constexpr std::int64_t kMost = std::int64_t{1} << 40;

// Where a stream begins less than an hour before the clock wraps, it begins before 0. Otherwise the sender
// has been up for so long.
std::int64_t first_time(std::uint32_t timestamp) {
  constexpr std::uint32_t kHour = 3'600'000;
  return timestamp > UINT32_MAX - kHour ? 0 : std::int64_t{timestamp};
}

// How far it is to a timestamp, the shorter way round.
std::int64_t distance(std::uint32_t from, std::uint32_t to) { return static_cast<std::int32_t>(to - from); }

}  // namespace

void TagClock::count_from(std::int64_t own, std::uint32_t timestamp) {
  own_ = std::min(own, kMost);
  last_ = timestamp;
  before_zero_.reset();
}

void TagClock::unwrap(std::uint32_t timestamp) {
  if (!begun_) {
    count_from(first_time(timestamp), timestamp);
  } else if (goes_on_) {
    count_from(latest_, timestamp);
  } else if (const std::int64_t own = own_ + distance(last_, timestamp); own >= 0) {
    count_from(own, timestamp);
  } else if (!before_zero_) {
    before_zero_ = timestamp;
  } else {
    const std::int64_t since = distance(*before_zero_, timestamp);
    count_from(std::max<std::int64_t>(since, 0), timestamp);
  }
  begun_ = true;
  goes_on_ = false;
  latest_ = std::max(latest_, own_);
}

GstClockTime TagClock::time(std::uint32_t timestamp, GstClockTime buffer_time) {
  unwrap(timestamp);
  const std::int64_t own = before_zero_ ? 0 : own_;
  if (GST_CLOCK_TIME_IS_VALID(buffer_time)) {
    anchor_ = {own, buffer_time};
    return buffer_time;
  }
  if (!anchor_) return own_time();
  const std::int64_t later = (own - anchor_->own) * static_cast<std::int64_t>(GST_MSECOND);
  if (later < 0 && static_cast<GstClockTime>(-later) > anchor_->time) return 0;
  return anchor_->time + static_cast<GstClockTime>(later);
}

}  // namespace rtmp
