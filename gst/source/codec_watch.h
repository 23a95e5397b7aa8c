// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "published_tag.h"

namespace rtmp {

/// Remembers which codec beyond FLV 10.1 has begun in the last tags. If downstream fails at that moment, the
/// codec is the most likely reason, which downstream's own error does not name. Only the streaming thread
/// uses it.
class CodecWatch {
 public:
  /// Takes the next tag that is pushed.
  void add(const PublishedTag& published);

  /// The name of the newest codec, as codec_beyond_flv() gives it. Nothing once kFollowing tags have followed
  /// the publisher's first tag of that codec.
  [[nodiscard]] std::optional<std::string> just_begun() const;

 private:
  // As many as a queue in front of the element that fails takes, before its failure comes back.
  static constexpr std::size_t kFollowing = 250;
  static constexpr std::size_t kMostCodecs = 16;  // of one publisher

  std::vector<std::string> seen_;  // of this publisher, the last one is the newest
  std::size_t since_ = 0;          // that has begun, tags
};

}  // namespace rtmp
