// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

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

  /// Returns the name of the newest codec, as codec_beyond_flv() gives it. Returns nothing if there is none,
  /// or if more than kFollowing tags have followed the first one of that codec.
  [[nodiscard]] std::optional<std::string> just_begun() const;
  /// Posts an element warning that names that codec, if there is one, and says what to do.
  void warn(GstElement* element) const;

 private:
  // As many tags as fit into a queue in front of the element that fails, until its failure comes back.
  static constexpr std::size_t kFollowing = 250;
  static constexpr std::size_t kMostCodecs = 16;  // that are remembered of one publisher

  std::vector<std::string> seen_;  // the codecs of this publisher; the newest is last
  std::size_t since_ = 0;          // how many tags have come since it began
};

}  // namespace rtmp
