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

/// Tells of the metadata that a publisher sends when it has changed, at most once a second. What changes more
/// often is not even read: the last that was sent is told when the second is over. One thread uses it.
class MetadataNews {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kInterval{1};

  /// Whether it could be told; if not, it is tried again a second later.
  using Teller = std::function<bool(const Metadata&)>;
  explicit MetadataNews(Teller tell) : tell_(std::move(tell)) {}

  /// A publisher begins: nothing has been told of it.
  void reset();
  /// An onMetaData tag of it came. What is longer than limits::kMaxMetadata counts as empty.
  void came(const Tag& tag, Clock::time_point now = Clock::now());
  /// Any tag of it came: tells what is due. Costs nothing where nothing waits.
  void look() {
    if (waiting_) tell_if_due(Clock::now());
  }
  void tell_if_due(Clock::time_point now) {
    if (waiting_ && now >= due_) tell(now);
  }
  /// It has ended: tells what waits.
  void finish() {
    if (waiting_) tell(Clock::now());
  }

 private:
  void tell(Clock::time_point now);

  Teller tell_;
  // Bodies of tags.
  std::optional<std::vector<std::uint8_t>> told_;
  std::optional<std::vector<std::uint8_t>> waiting_;
  Clock::time_point due_{};  // when the next may be told
};

}  // namespace rtmp
