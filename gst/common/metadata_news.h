// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "rtmp/metadata.h"

namespace rtmp {

/// Reports a publisher's metadata when it has changed, at most once a second. Metadata that changes more
/// often is not parsed: when the second is over, the last metadata that came is reported. Only one thread may
/// use an object of this class.
class MetadataNews {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kInterval{1};

  /// Returns whether it could report the metadata. If not, it is called again a second later.
  using Teller = std::function<bool(const Metadata&)>;
  explicit MetadataNews(Teller tell) : tell_(std::move(tell)) {}

  /// Begins anew for another publisher.
  void reset();
  /// Takes an onMetaData tag. One that is longer than limits::kMaxMetadata counts as empty metadata.
  void came(const Tag& tag, Clock::time_point now = Clock::now());
  /// Reports metadata that is due. To be called for each tag; it costs nothing if no metadata waits.
  void look() {
    if (waiting_) tell_if_due(Clock::now());
  }
  void tell_if_due(Clock::time_point now) {
    if (waiting_ && now >= due_) tell(now);
  }
  /// Reports metadata that waits, because the publisher's stream has ended.
  void finish() {
    if (waiting_) tell(Clock::now());
  }

 private:
  void tell(Clock::time_point now);

  Teller tell_;
  // These are the bodies of tags.
  std::optional<std::vector<std::uint8_t>> told_;
  std::optional<std::vector<std::uint8_t>> waiting_;
  Clock::time_point due_{};  // when the next may be reported
};

}  // namespace rtmp
