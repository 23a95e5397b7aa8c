// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_stream.h"

#include <algorithm>

namespace rtmp {
namespace {

bool is_coded_frame(const Tag& tag) {
  return tag.kind() == TagKind::kKeyFrame || tag.kind() == TagKind::kInterFrame ||
         tag.kind() == TagKind::kAudioFrame;
}

}  // namespace

void FlvStream::append(std::vector<PublishedTag>& tags) {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  for (PublishedTag& published : tags) {
    if (published.first) {
      waits_for_key_frame_ = begun();
      has_video_ = false;
      if (!begun() && !first_frame_) {  // headers of a publisher that sent no more
        waiting_.clear();
        waiting_bytes_ = 0;
      }
    }
    if (published.tag.type() == TagType::kVideo) has_video_ = true;
    if (!passes(published.tag)) {
      passed_over_.add(1);
      continue;
    }
    if (!begun() && !first_frame_ && is_coded_frame(published.tag)) first_frame_ = published.tag.timestamp();
    waiting_bytes_ += published.tag.held_bytes();
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

GstSegment FlvStream::begin(GstClockTime running_time) {
  const std::uint32_t first = first_frame_.value_or(waiting_.empty() ? 0 : waiting_.back().tag.timestamp());
  begun_ = true;
  timeline_.emplace(first);
  start_ = Timeline(first).map(first) * GST_MSECOND;
  // flvdemux copies the base of a TIME segment, and lets its own begin at the first frame. So this one begins
  // there too: then the first frame has that running time on both sides of the demuxer, be its timestamp 0
  // or an hour.
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start_;
  segment.base = base_ = running_time;
  prepare_beginning();
  return segment;
}

// What is in front of the first frame is marked, and in the caps; a reader that joins late has it from there.
// What comes later is not marked, not the headers of a further publisher either: a sink with clients would
// leave it out, and caps that change in mid-stream would have it send a file header there.
void FlvStream::prepare_beginning() {
  const Media media = one_publisher_ ? media_of(std::span(waiting_).subspan(next_)) : Media{};
  GstBuffer* header = beginning_.emplace_back(new_flv_header(media)).get();
  // 0 here and nowhere else: flvdemux takes it for the sign of a file header.
  GST_BUFFER_OFFSET(header) = 0;
  offset_ = GST_BUFFER_OFFSET_END(header) = gst_buffer_get_size(header);
  GST_BUFFER_FLAG_SET(header, GST_BUFFER_FLAG_HEADER);
  std::size_t marked = kFlvHeaderSize;
  while (next_ < waiting_.size() && !is_coded_frame(waiting_[next_].tag)) {
    const Tag& tag = waiting_[next_].tag;
    const bool marks = is_header(tag) && tag.bytes().size() <= kMostHeaderBytes - marked;
    if (marks) marked += tag.bytes().size();
    GstBuffer* buffer = beginning_.emplace_back(to_buffer(std::move(waiting_[next_++]))).get();
    if (!marks) continue;
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_HEADER);
    GST_BUFFER_FLAG_UNSET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  }
  caps_ = caps_of(beginning_);
}

void FlvStream::set_running_time(GstClockTime running_time) {
  if (running_time > base_) now_ = (start_ + running_time - base_) / GST_MSECOND;
}

GstBuffer* FlvStream::pop() {
  if (popped_ < beginning_.size()) return beginning_[popped_++].release();
  GstBuffer* buffer = to_buffer(std::move(waiting_[next_]));
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
  const std::uint64_t from = last_;
  const std::uint64_t until = now_ - std::min<std::uint64_t>(now_, margin / GST_MSECOND);
  if (until <= from) return nullptr;
  last_ = until;
  return gst_event_new_gap(from * GST_MSECOND, (until - from) * GST_MSECOND);
}

std::uint64_t FlvStream::time_of(const Tag& tag) {
  if (!timeline_) {
    if (!is_coded_frame(tag)) return std::max(last_, now_);
    timeline_.emplace(tag.timestamp(), std::max(last_ + 1, now_));
  }
  return timeline_->map(tag.timestamp());
}

// Whether a reader has to have more than the stream's header and what comes from this tag on: where there is
// video, it begins with a configuration or a key frame of it.
bool FlvStream::is_delta_unit(const Tag& tag) const {
  if (tag.type() == TagType::kVideo)
    return tag.kind() != TagKind::kKeyFrame && tag.kind() != TagKind::kSequenceHeader;
  return has_video_;
}

GstBuffer* FlvStream::to_buffer(PublishedTag published) {
  Tag& tag = published.tag;
  const bool next_publisher = published.first && offset_ > kFlvHeaderSize;
  if (next_publisher) timeline_.reset();
  const std::uint64_t ms = time_of(tag);
  last_ = std::max(last_, ms);
  if (const auto flv = static_cast<std::uint32_t>(ms); flv != tag.timestamp()) tag.set_timestamp(flv);
  const bool delta = is_delta_unit(tag);

  const std::size_t size = tag.bytes().size();
  const std::size_t head = tag.offset();
  Block block = std::move(tag).release();
  const std::size_t capacity = block.capacity();
  std::uint8_t* memory = block.release();
  GstBuffer* buffer =
      gst_buffer_new_wrapped_full(GstMemoryFlags{}, memory, capacity, head, size, memory, Block::free);
  // A sink, filesink too, drops what lies before the segment: the headers at 0 of a clock that starts later.
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = std::max<GstClockTime>(ms * GST_MSECOND, start_);
  GST_BUFFER_OFFSET(buffer) = offset_;
  GST_BUFFER_OFFSET_END(buffer) = offset_ += size;
  if (next_publisher) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  if (delta) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

}  // namespace rtmp
