// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_stream.h"

#include <algorithm>

namespace rtmp {
namespace {

bool is_coded_frame(const Tag& tag) {
  return tag.kind() == TagKind::kKeyFrame || tag.kind() == TagKind::kInterFrame ||
         tag.kind() == TagKind::kAudioFrame;
}

Medium medium_of(const Tag& tag) { return tag.type() == TagType::kAudio ? Medium::kAudio : Medium::kVideo; }

}  // namespace

void FlvStream::append(std::vector<PublishedTag>& tags) {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  for (PublishedTag& published : tags) {
    if (published.first) {
      waits_for_key_frame_ = begun();
      has_video_ = false;
      if (!begun() && !first_frame_) {  // these were headers of a publisher that has sent nothing else
        waiting_.clear();
        waiting_bytes_ = 0;
      }
    }
    if (published.tag.type() == TagType::kVideo) has_video_ = true;
    if (!passes(published.tag)) {
      passed_over_.add(1);
      continue;
    }
    if (!begun() && !first_frame_ && is_coded_frame(published.tag)) {
      first_frame_ = published.tag.timestamp();
      first_arrival_us_ = published.arrival.us;
    }
    if (!begun()) waiting_bytes_ += published.tag.held_bytes();
    waiting_.push_back(std::move(published));
  }
  tags.clear();
}

bool FlvStream::passes(const Tag& tag) {
  if (!waits_for_key_frame_) return true;
  switch (tag.kind()) {
    case TagKind::kKeyFrame:
      waits_for_key_frame_ = false;
      return true;
    case TagKind::kInterFrame:
      return false;
    case TagKind::kAudioFrame:
      return !has_video_;
    default:
      return true;
  }
}

GstSegment FlvStream::begin(std::int64_t now_us, GstClockTime running_time) {
  const std::uint32_t first = first_frame_.value_or(waiting_.empty() ? 0 : waiting_.back().tag.timestamp());
  begun_ = true;
  timeline_.emplace(first);
  const std::uint64_t start = Timeline(first).map(first);
  start_ = start * GST_MSECOND;
  last_due_ = static_cast<std::int64_t>(start);
  // The first frame is due when it came. If it came so long ago that the pipeline was probably not running,
  // it is due now.
  constexpr GstClockTime kLongAgo = 500 * GST_MSECOND;
  const auto ago = static_cast<GstClockTime>(now_us - first_arrival_us_) * GST_USECOND;
  base_ = first_frame_ && ago < std::min(running_time, kLongAgo) ? running_time - ago : running_time;
  set_running_time(now_us, running_time);
  clock_.begin(last_due_);
  prepare_beginning();
  return segment();
}

// flvdemux copies the base of a TIME segment, and begins its own segment at the first frame. So this segment
// begins there, too. Then the first frame has the same running time before and behind the demuxer, whether
// its timestamp is 0 or an hour.
GstSegment FlvStream::segment() const {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start_;
  segment.base = base_;
  return segment;
}

GstSegment FlvStream::pop_with_segment(GstBuffer** buffer) {
  clock_.hold_until(stream_time(now_us_));
  *buffer = pop();
  return segment_from(*buffer);
}

GstSegment FlvStream::segment_from(const GstBuffer* buffer) {
  // The file header has no time.
  start_ = GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer)
                                           : static_cast<GstClockTime>(stream_time(now_us_)) * GST_MSECOND;
  base_ = running_time_;
  needs_segment_ = false;
  us_to_stream_ = static_cast<std::int64_t>(start_ / GST_USECOND) - now_us_;
  clock_.adopt_offset(us_to_stream_);
  return segment();
}

// The tags before the first frame are marked, and are in the caps, from which a reader that joins late has
// them. Later tags are not marked, not even the headers of a further publisher: a sink that serves clients
// would leave them out, and if the caps changed in mid-stream, it would send a file header there.
void FlvStream::prepare_beginning() {
  const Media media = one_publisher_ ? media_of(std::span(waiting_).subspan(next_)) : Media{};
  GstBuffer* header = beginning_.emplace_back(new_flv_header(media)).get();
  // No other buffer has the offset 0, because flvdemux takes it for the sign of a file header.
  GST_BUFFER_OFFSET(header) = 0;
  offset_ = GST_BUFFER_OFFSET_END(header) = gst_buffer_get_size(header);
  GST_BUFFER_FLAG_SET(header, GST_BUFFER_FLAG_HEADER);
  std::size_t marked = kFlvHeaderSize;
  while (next_ < waiting_.size() && !is_coded_frame(waiting_[next_].tag)) {
    const Tag& tag = waiting_[next_].tag;
    const bool marks = is_header(tag) && tag.bytes().size() <= kMostHeaderBytes - marked;
    if (marks) marked += tag.bytes().size();
    GstBuffer* buffer = beginning_.emplace_back(to_buffer(waiting_[next_++])).get();
    if (!marks) continue;
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_HEADER);
    GST_BUFFER_FLAG_UNSET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  }
  caps_ = caps_of(beginning_);
}

void FlvStream::set_running_time(std::int64_t now_us, GstClockTime running_time) {
  constexpr GstClockTime kAnew = GST_SECOND;  // an element may lag by less when the pipeline pauses
  if (!begun_) return;
  needs_segment_ = needs_segment_ || running_time + kAnew < running_time_;
  now_us_ = now_us;
  running_time_ = running_time;
  if (needs_segment_) return;
  us_to_stream_ = (static_cast<std::int64_t>(start_) + static_cast<std::int64_t>(running_time) -
                   static_cast<std::int64_t>(base_)) /
                      static_cast<std::int64_t>(GST_USECOND) -
                  now_us;
  clock_.set_offset(us_to_stream_);
}

GstBuffer* FlvStream::pop() {
  if (popped_ < beginning_.size()) return beginning_[popped_++].release();
  GstBuffer* buffer = to_buffer(waiting_[next_]);
  if (++next_ == waiting_.size()) {
    waiting_.clear();
    next_ = 0;
  }
  return buffer;
}

GstBufferList* FlvStream::pop_all_but_one() {
  GstBufferList* list = gst_buffer_list_new_sized(static_cast<guint>(size()));
  while (size() > 1) gst_buffer_list_add(list, pop());
  return list;
}

GstEvent* FlvStream::gap(GstClockTime margin) {
  const std::int64_t from = last_due_;
  const std::int64_t until = stream_time(now_us_) - static_cast<std::int64_t>(margin / GST_MSECOND);
  if (until <= from || needs_segment_) return nullptr;
  last_due_ = until;
  return gst_event_new_gap(static_cast<GstClockTime>(from) * GST_MSECOND,
                           static_cast<GstClockTime>(until - from) * GST_MSECOND);
}

// Only one track of each medium shows the publisher's clock. The others may be ahead or behind.
bool FlvStream::is_of_first_track(const PublishedTag& published) {
  constexpr std::int64_t kGoneAfterUs = 2'000'000;
  const unsigned number = published.tag.header().first_track;
  FirstTrack& first = first_tracks_[static_cast<std::size_t>(medium_of(published.tag))];
  const bool gone = published.arrival.us - first.seen_us > kGoneAfterUs;
  if (first.number.value_or(number) != number && !gone) return false;
  first = {number, published.arrival.us};
  return true;
}

FlvStream::Times FlvStream::times_of(const PublishedTag& published) {
  const Tag& tag = published.tag;
  const bool coded = is_coded_frame(tag);
  if (!timeline_ && !coded) {
    const std::int64_t due = std::max(last_due_, stream_time(published.arrival.us));
    return {std::max(last_flv_, due), due};
  }
  if (!timeline_) clock_.begin(last_due_ + 1);
  const Medium medium = medium_of(tag);
  const bool tells = coded && is_of_first_track(published);
  const std::int64_t due = tells ? clock_.frame(medium, tag.timestamp(), published.arrival)
                                 : clock_.other(medium, tag.timestamp());
  if (!timeline_) {
    const std::int64_t at = std::max(last_flv_ + 1, due);
    timeline_.emplace(tag.timestamp(), static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(last_flv_));
  }
  return {static_cast<std::int64_t>(timeline_->map(tag.timestamp(), medium, tells)), due};
}

// Returns whether a reader cannot begin with this tag and the header of the stream. If there is video, it
// must begin with a configuration or a key frame of video.
bool FlvStream::is_delta_unit(const Tag& tag) const {
  if (tag.type() == TagType::kVideo)
    return tag.kind() != TagKind::kKeyFrame && tag.kind() != TagKind::kSequenceHeader;
  return has_video_;
}

GstBuffer* FlvStream::to_buffer(PublishedTag& published) {
  Tag& tag = published.tag;
  const bool next_publisher = published.first && offset_ > kFlvHeaderSize;
  if (next_publisher) {
    timeline_.reset();
    first_tracks_ = {};
  }
  const Times times = times_of(published);
  last_flv_ = std::max(last_flv_, times.flv);
  last_due_ = std::max(last_due_, times.due);
  const auto flv = static_cast<std::uint32_t>(corrected_ ? times.due : times.flv);
  if (flv != tag.timestamp()) tag.set_timestamp(flv);
  const bool delta = is_delta_unit(tag);

  const std::size_t size = tag.bytes().size();
  const std::size_t head = tag.offset();
  GstBuffer* buffer = buffers_.wrap(std::move(tag).release(), head, size);
  // Sinks, including filesink, drop what lies before the segment: headers at 0 of a clock that starts later.
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) =
      std::max(static_cast<GstClockTime>(times.due) * GST_MSECOND, start_);
  GST_BUFFER_OFFSET(buffer) = offset_;
  GST_BUFFER_OFFSET_END(buffer) = offset_ += size;
  if (next_publisher) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  if (delta) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

}  // namespace rtmp
