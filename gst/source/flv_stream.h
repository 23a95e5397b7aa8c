// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "flv_header.h"
#include "published_tag.h"
#include "rtmp/counters.h"
#include "rtmp/due_clock.h"
#include "rtmp/tag.h"
#include "rtmp/timeline.h"
#include "tag_buffers.h"

namespace rtmp {

/// The FLV stream that the element pushes: a buffer with the file header, and then a buffer for each tag.
///
/// The stream begins with the first coded frame, because only its timestamp says where the publisher's clock
/// lies in running time. The tags before it (metadata, decoder configuration) wait for it. Together with the
/// file header they are the header of the stream, which is in the caps, too.
///
/// The time of a buffer is the time at which it is due, see DueClock. The time in its bytes is the one that
/// the publisher sent, see Timeline, or is also the time at which the buffer is due.
///
/// A further publisher goes on with the same stream, after as much time as has really passed. Its headers
/// come first, and then its first key frame, or audio if it has sent no video yet. No buffer has a time
/// before those that were pushed.
///
/// Only the streaming thread uses it. It never blocks.
class FlvStream {
 public:
  /// `passed_over` counts the tags that are left out because they precede a key frame; it must outlive the
  /// stream. With `one_publisher`, the file header announces the media of that publisher; otherwise audio and
  /// video. With `corrected`, the bytes have the same times as the buffers.
  FlvStream(Counter& passed_over, bool one_publisher, bool corrected)
      : passed_over_(passed_over), one_publisher_(one_publisher), corrected_(corrected) {}

  /// Takes the tags. `tags` is empty afterwards.
  void append(std::vector<PublishedTag>& tags);
  /// Sets the running time at `now_us`, a time of g_get_monotonic_time(). It counts for the buffers that are
  /// popped from now on.
  void set_running_time(std::int64_t now_us, GstClockTime running_time);
  /// Sets how late a tag may come and still be shown in time.
  void set_latency(GstClockTime latency) {
    clock_.set_latency(static_cast<std::int64_t>(latency / GST_MSECOND));
  }

  [[nodiscard]] bool begun() const { return begun_; }
  /// Returns whether begin() may be called: there is a coded frame, or so much else that there is no point in
  /// waiting for one.
  [[nodiscard]] bool can_begin() const {
    return !begun() &&
           (first_frame_ || waiting_.size() >= kMostWaiting || waiting_bytes_ >= kMostWaitingBytes);
  }
  /// Begins the stream. `running_time` is that at `now_us`. Returns the segment, which maps the first frame
  /// to the running time at which it came. The caller pushes caps and segment before any buffer.
  GstSegment begin(std::int64_t now_us, GstClockTime running_time);
  /// Returns the caps, with the header of the stream. They never change. Null before the stream has begun.
  [[nodiscard]] GstCaps* caps() const { return caps_.get(); }

  /// Returns the number of buffers that can be popped. The file header counts once the stream has begun.
  [[nodiscard]] std::size_t size() const { return beginning_.size() - popped_ + waiting_.size() - next_; }
  /// Returns the memory of the tags that wait until the stream begins, in bytes.
  [[nodiscard]] std::size_t held_bytes() const { return begun() ? 0 : waiting_bytes_; }
  /// Returns the next buffer. The stream must have begun, and have a buffer. The caller owns the result.
  GstBuffer* pop();
  /// Returns all buffers but the last, as pop() does.
  GstBufferList* pop_all_but_one();
  /// Frees the memory of buffers that were popped and are not needed any more. To be called when they were
  /// pushed, before the thread waits.
  void free_pushed() { buffers_.free_blocks(); }
  /// Returns whether running time has started anew, so that the stream needs another segment.
  [[nodiscard]] bool needs_segment() const { return needs_segment_; }
  /// Returns a segment, and puts the next buffer into `buffer`. By that segment the buffer is due now, and
  /// the others follow it. To be called after a flush, which removes the segment, and if needs_segment().
  GstSegment pop_with_segment(GstBuffer** buffer);
  /// The same for a buffer that was the last to be popped.
  GstSegment segment_from(const GstBuffer* buffer);
  /// Removes and returns the oldest correction of the publisher's clock that was not taken. Else nothing.
  std::optional<ClockCorrection> take_correction() { return clock_.take_correction(); }
  /// Returns an event that tells downstream that there is nothing from the end of the last buffer or gap
  /// until `margin` ago. Returns null if that time is over already. The caller owns the event.
  GstEvent* gap(GstClockTime margin);

 private:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::size_t kMostWaitingBytes = 1 << 20;
  // The most that the caps may have, with the file header. Caps are kept as long as the stream, and are
  // written to logs.
  static constexpr std::size_t kMostHeaderBytes = 64 << 10;

  void prepare_beginning();
  [[nodiscard]] GstSegment segment() const;
  bool passes(const Tag& tag);
  struct Times {
    std::int64_t flv;
    std::int64_t due;
  };
  Times times_of(const PublishedTag& published);
  bool is_of_first_track(const PublishedTag& published);
  [[nodiscard]] std::int64_t stream_time(std::int64_t us) const { return (us + us_to_stream_) / 1000; }
  GstBuffer* to_buffer(PublishedTag& published);
  [[nodiscard]] bool is_delta_unit(const Tag& tag) const;

  Counter& passed_over_;
  const bool one_publisher_;
  const bool corrected_;
  TagBuffers buffers_;
  std::vector<PublishedTag> waiting_;
  std::size_t waiting_bytes_ = 0;     // the memory of these, until the stream begins
  std::size_t next_ = 0;              // the index of the next one in waiting_
  std::vector<BufferPtr> beginning_;  // the file header, and the tags before the first frame
  std::size_t popped_ = 0;            // how many of beginning_ were popped
  CapsPtr caps_;
  std::optional<std::uint32_t> first_frame_;  // the timestamp of the first frame
  std::int64_t first_arrival_us_ = 0;
  bool begun_ = false;
  std::optional<Timeline> timeline_;  // that of this publisher; set by its first frame
  DueClock clock_;
  struct FirstTrack {  // of a medium of this publisher; other tracks say nothing about its clock
    std::optional<unsigned> number{};
    std::int64_t seen_us = 0;
  };
  std::array<FirstTrack, 2> first_tracks_{};
  GstClockTime start_ = 0;  // the start of the segment
  GstClockTime base_ = 0;
  bool needs_segment_ = false;
  std::int64_t now_us_ = 0;  // the time at which running_time_ was taken
  GstClockTime running_time_ = 0;
  std::int64_t us_to_stream_ = 0;  // leads from g_get_monotonic_time() to the time of the stream
  // In the time of the stream, in ms: the latest time in the bytes, and when the latest buffer was due or the
  // last gap ended.
  std::int64_t last_flv_ = 0;
  std::int64_t last_due_ = 0;
  bool waits_for_key_frame_ = false;
  bool has_video_ = false;  // this publisher has sent video
  std::uint64_t offset_ = 0;
};

}  // namespace rtmp
