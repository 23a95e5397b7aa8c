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

}  // namespace

void TagClock::unwrap(std::uint32_t timestamp) {
  if (!begun_) {
    own_ = first_time(timestamp);
  } else if (!goes_on_) {
    own_ = std::clamp<std::int64_t>(own_ + static_cast<std::int32_t>(timestamp - last_), 0, kMost);
  } else {
    own_ = latest_;
  }
  begun_ = true;
  goes_on_ = false;
  last_ = timestamp;
  latest_ = std::max(latest_, own_);
}

GstClockTime TagClock::time(std::uint32_t timestamp, GstClockTime buffer_time) {
  unwrap(timestamp);
  if (GST_CLOCK_TIME_IS_VALID(buffer_time)) {
    anchor_ = {own_, buffer_time};
    return buffer_time;
  }
  if (!anchor_) return own_time();
  const std::int64_t distance = (own_ - anchor_->own) * static_cast<std::int64_t>(GST_MSECOND);
  if (distance < 0 && static_cast<GstClockTime>(-distance) > anchor_->time) return 0;
  return anchor_->time + static_cast<GstClockTime>(distance);
}

}  // namespace rtmp
