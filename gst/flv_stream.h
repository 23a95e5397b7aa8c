// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "rtmp/tag.h"
#include "rtmp/timeline.h"

namespace rtmp {

/// The one FLV stream that the element pushes, as buffers: a file header, then a buffer for each tag.
///
/// It begins with the first coded frame. What comes before (metadata, decoder configuration) waits for it,
/// since only that frame's timestamp tells the place of the publisher's clock in running time. The streaming
/// thread uses it, and no other.
class FlvStream {
 public:
  /// Takes the tags, leaving `tags` empty.
  void append(std::vector<Tag>& tags);

  [[nodiscard]] bool begun() const { return timeline_.has_value(); }
  /// Whether begin() may be called: a coded frame is here, or so much else that waiting for one makes no
  /// sense.
  [[nodiscard]] bool can_begin() const {
    return !begun() && (first_frame_ || waiting_.size() >= kMostWaiting);
  }
  /// Begins. `running_time` is that of the first frame; the segment maps it there, and is to be pushed first.
  GstSegment begin(GstClockTime running_time);

  /// The number of buffers that there are.
  [[nodiscard]] std::size_t size() const { return waiting_.size() - next_ + (header_waits_ ? 1 : 0); }
  /// The next buffer; the stream has begun, and there is one.
  GstBuffer* pop();
  /// The next buffers, as above, but for the last.
  GstBufferList* pop_all_but_one();

 private:
  static constexpr std::size_t kMostWaiting = 256;

  GstBuffer* to_buffer(Tag tag);

  std::vector<Tag> waiting_;
  std::size_t next_ = 0;  // in waiting_
  bool header_waits_ = true;
  std::optional<std::uint32_t> first_frame_;  // its timestamp
  std::optional<Timeline> timeline_;
  GstClockTime start_ = 0;  // of the segment
  std::uint64_t offset_ = 0;
};

}  // namespace rtmp
