// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "flv_header.h"
#include "rtmp/tag.h"
#include "rtmp/timeline.h"
#include "tag_queue.h"

namespace rtmp {

/// The one FLV stream that the element pushes, as buffers: a file header, then a buffer for each tag.
///
/// It begins with the first coded frame. What comes before (metadata, decoder configuration) waits for it,
/// since only that frame's timestamp tells the place of the publisher's clock in running time. With the file
/// header it is the stream's header, which is in the caps too.
///
/// A further publisher goes on with the same stream: at the time that has really passed, with its headers and
/// then its first key frame (or audio, while it shows no video), and never at a time before what was pushed.
///
/// The streaming thread uses it, and no other.
class FlvStream {
 public:
  /// Counts in `passed_over`, which must outlive the stream, what comes before a key frame and is left out.
  /// With `one_publisher` the file header promises what that one has, else audio and video.
  FlvStream(Counter& passed_over, bool one_publisher)
      : passed_over_(passed_over), one_publisher_(one_publisher) {}

  /// Takes the tags, leaving `tags` empty.
  void append(std::vector<PublishedTag>& tags);
  /// The running time as of now, for what is popped from now on.
  void set_running_time(GstClockTime running_time);

  [[nodiscard]] bool begun() const { return begun_; }
  /// Whether begin() may be called: a coded frame is here, or so much else that waiting for one makes no
  /// sense.
  [[nodiscard]] bool can_begin() const {
    return !begun() &&
           (first_frame_ || waiting_.size() >= kMostWaiting || waiting_bytes_ >= kMostWaitingBytes);
  }
  /// Begins. `running_time` is that of the first frame; the segment maps it there, and is to be pushed first,
  /// behind the caps.
  GstSegment begin(GstClockTime running_time);
  /// With the stream's header, once it has begun; the same from then on.
  [[nodiscard]] GstCaps* caps() const { return caps_.get(); }

  /// The number of buffers that there are; before the stream begins, without the file header.
  [[nodiscard]] std::size_t size() const { return beginning_.size() - popped_ + waiting_.size() - next_; }
  /// The memory of the tags that wait for the stream to begin.
  [[nodiscard]] std::size_t held_bytes() const { return begun() ? 0 : waiting_bytes_; }
  /// The next buffer; the stream has begun, and there is one.
  GstBuffer* pop();
  /// The next buffers, as above, but for the last.
  GstBufferList* pop_all_but_one();
  /// Tells downstream that nothing is there, and nothing comes any more, from the last of it until `margin`
  /// ago. Null if that has been told, or is no time at all.
  GstEvent* gap(GstClockTime margin);

 private:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::size_t kMostWaitingBytes = 1 << 20;
  // In the caps, with the file header. They are kept as long as the stream, and written to logs.
  static constexpr std::size_t kMostHeaderBytes = 64 << 10;

  void prepare_beginning();
  bool passes(const Tag& tag);
  std::uint64_t time_of(const Tag& tag);
  GstBuffer* to_buffer(PublishedTag published);
  [[nodiscard]] bool is_delta_unit(const Tag& tag) const;

  Counter& passed_over_;
  const bool one_publisher_;
  std::vector<PublishedTag> waiting_;
  std::size_t waiting_bytes_ = 0;     // of memory, until the stream begins
  std::size_t next_ = 0;              // in waiting_
  std::vector<BufferPtr> beginning_;  // the file header, and what waits in front of the first frame
  std::size_t popped_ = 0;            // of beginning_
  CapsPtr caps_;
  std::optional<std::uint32_t> first_frame_;  // its timestamp
  bool begun_ = false;
  std::optional<Timeline> timeline_;  // this publisher's, once its first frame is there
  GstClockTime start_ = 0;            // of the segment
  GstClockTime base_ = 0;
  std::uint64_t now_ = 0;   // in the stream's time, ms
  std::uint64_t last_ = 0;  // the latest time that was pushed, ms
  bool waits_for_key_frame_ = false;
  bool has_video_ = false;  // this publisher, as far as it has shown
  std::uint64_t offset_ = 0;
};

}  // namespace rtmp
