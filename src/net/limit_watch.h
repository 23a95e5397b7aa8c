// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rtmp/mount.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Sees whether a publisher keeps to the limits of its mount. One thread uses it.
class LimitWatch {
 public:
  using Clock = std::chrono::steady_clock;
  /// The bitrate is the average over this time. A shorter burst may have what that comes to.
  static constexpr std::chrono::seconds kWindow{10};

  explicit LimitWatch(const PublisherLimits& limits) : limits_(limits) {}

  /// Takes the next tag of the publisher. Returns what is beyond a limit, as a text with the numbers, or
  /// nothing.
  std::optional<std::string> exceeded(const Tag& tag, Clock::time_point now = Clock::now());

 private:
  [[nodiscard]] std::optional<std::string> picture_of(const Tag& tag) const;
  bool flows_over(std::size_t bytes, Clock::time_point now);

  const PublisherLimits limits_;
  double bits_ = 0;  // those that came and have not flowed off at the greatest bitrate
  Clock::time_point last_{};
};

}  // namespace rtmp
