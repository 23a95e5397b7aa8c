// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace rtmp {

/// Keeps times from lying before a floor. Those that would are put there, and rise from there by a small part
/// of their distances, at least a millisecond each, until the times have caught up. So media that are put
/// there together stay together.
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
  static constexpr std::int64_t kLongest = 100;  // distance: more is a hole
  std::int64_t floor_;
  std::int64_t last_;
  std::int64_t way_ = 0;
  std::optional<std::int64_t> before_{};  // the last time that was below
};

}  // namespace rtmp
