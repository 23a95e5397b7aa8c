// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "published_tag.h"

namespace rtmp {

/// Which codec that FLV 10.1 does not have has begun just now: where downstream fails then, most likely it
/// does so for that, and has no words for it. The streaming thread's.
class CodecWatch {
 public:
  /// Looks at a tag that is pushed next.
  void add(const PublishedTag& published);

  /// As codec_beyond_flv() names it, until kFollowing tags have followed the first of that codec of its
  /// publisher.
  [[nodiscard]] std::optional<std::string> just_begun() const;

 private:
  // As many as a queue in front of the element that fails takes, before its failure comes back.
  static constexpr std::size_t kFollowing = 250;
  static constexpr std::size_t kMostCodecs = 16;  // of one publisher

  std::vector<std::string> seen_;  // of this publisher, the last one is the newest
  std::size_t since_ = 0;          // that has begun, tags
};

}  // namespace rtmp
