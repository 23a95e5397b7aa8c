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

namespace rtmp {

/// The one FLV stream that the element pushes, as buffers: a file header, then a buffer for each tag.
///
/// It begins with the first coded frame. What comes before (metadata, decoder configuration) waits for it,
/// since only that frame's timestamp tells the place of the publisher's clock in running time. With the file
/// header it is the stream's header, which is in the caps too.
///
/// A buffer's time is the one at which it is due, see DueClock. That in its bytes is what the publisher sent,
/// see Timeline, or the same.
///
/// A further publisher goes on with the same stream: at the time that has really passed, with its headers and
/// then its first key frame (or audio, while it shows no video), and never at a time before what was pushed.
///
/// The streaming thread uses it, and no other.
class FlvStream {
 public:
  /// Counts in `passed_over`, which must outlive the stream, what comes before a key frame and is left out.
  /// With `one_publisher` the file header promises what that one has, else audio and video. With `corrected`
  /// the bytes have the buffers' times.
  FlvStream(Counter& passed_over, bool one_publisher, bool corrected)
      : passed_over_(passed_over), one_publisher_(one_publisher), corrected_(corrected) {}

  /// Takes the tags, leaving `tags` empty.
  void append(std::vector<PublishedTag>& tags);
  /// The running time as of now, by g_get_monotonic_time(), for what is popped from now on.
  void set_running_time(std::int64_t now_us, GstClockTime running_time);
  /// How late a tag may come and still be shown in time.
  void set_latency(GstClockTime latency) {
    clock_.set_latency(static_cast<std::int64_t>(latency / GST_MSECOND));
  }

  [[nodiscard]] bool begun() const { return begun_; }
  /// Whether begin() may be called: a coded frame is here, or so much else that waiting for one makes no
  /// sense.
  [[nodiscard]] bool can_begin() const {
    return !begun() &&
           (first_frame_ || waiting_.size() >= kMostWaiting || waiting_bytes_ >= kMostWaitingBytes);
  }
  /// Begins. The times are those of now. The segment maps the first frame to the running time at which it
  /// came, and is to be pushed first, behind the caps.
  GstSegment begin(std::int64_t now_us, GstClockTime running_time);
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
  /// Whether running time has begun anew, so that the stream needs another segment.
  [[nodiscard]] bool needs_segment() const { return needs_segment_; }
  /// The next buffer, and a segment for it and what follows, by which it is due now. For after a flush, which
  /// takes the segment away, and where running time has begun anew.
  GstSegment pop_with_segment(GstBuffer** buffer);
  /// What the publisher's clock was corrected by since the last call.
  std::optional<ClockCorrection> take_correction() { return clock_.take_correction(); }
  /// Tells downstream that nothing is there, and nothing comes any more, from the last of it until `margin`
  /// ago. Null if that has been told, or is no time at all.
  GstEvent* gap(GstClockTime margin);

 private:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::size_t kMostWaitingBytes = 1 << 20;
  // In the caps, with the file header. They are kept as long as the stream, and written to logs.
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
  GstBuffer* to_buffer(PublishedTag published);
  [[nodiscard]] bool is_delta_unit(const Tag& tag) const;

  Counter& passed_over_;
  const bool one_publisher_;
  const bool corrected_;
  std::vector<PublishedTag> waiting_;
  std::size_t waiting_bytes_ = 0;     // of memory, until the stream begins
  std::size_t next_ = 0;              // in waiting_
  std::vector<BufferPtr> beginning_;  // the file header, and what waits in front of the first frame
  std::size_t popped_ = 0;            // of beginning_
  CapsPtr caps_;
  std::optional<std::uint32_t> first_frame_;  // its timestamp
  std::int64_t first_arrival_us_ = 0;
  bool begun_ = false;
  std::optional<Timeline> timeline_;  // this publisher's, once its first frame is there
  DueClock clock_;
  struct FirstTrack {  // of a medium, of this publisher: the others say nothing of its clock
    std::optional<unsigned> number{};
    std::int64_t seen_us = 0;
  };
  std::array<FirstTrack, 2> first_tracks_{};
  GstClockTime start_ = 0;  // of the segment
  GstClockTime base_ = 0;
  bool needs_segment_ = false;
  std::int64_t now_us_ = 0;  // and the running time then
  GstClockTime running_time_ = 0;
  std::int64_t us_to_stream_ = 0;  // from g_get_monotonic_time() to the stream's time
  // In the stream's time, ms: the latest that was in the bytes; when the latest was due, or a gap ended.
  std::int64_t last_flv_ = 0;
  std::int64_t last_due_ = 0;
  bool waits_for_key_frame_ = false;
  bool has_video_ = false;  // this publisher, as far as it has shown
  std::uint64_t offset_ = 0;
};

}  // namespace rtmp
