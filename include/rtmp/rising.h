// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rtmp {

/// Keeps times at or above a floor. A time below the floor is moved to it. The times after it rise from there
/// by a twentieth of their distances, and by at least a millisecond each, until the real times have caught
/// up. So media that are moved to the floor together stay together. All times are in ms.
class Rising {
 public:
  explicit Rising(std::int64_t floor = 0) : floor_(floor), last_(floor) {}

  std::int64_t hold(std::int64_t time) {
    if (time >= last_) return time;
    if (before_) {
      way_ += std::clamp<std::int64_t>(time - *before_, 0, kLongest);
      last_ = std::max(last_ + 1, floor_ + way_ / kPart);
    }
    before_ = time;
    return last_;
  }

 private:
  static constexpr std::int64_t kPart = 20;
  static constexpr std::int64_t kLongest = 100;  // a longer distance is a hole, and counts as this
  std::int64_t floor_;
  std::int64_t last_;
  std::int64_t way_ = 0;
  std::optional<std::int64_t> before_{};  // the last time that was below the last result
};

}  // namespace rtmp
