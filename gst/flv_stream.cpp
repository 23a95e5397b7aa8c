// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_stream.h"

#include <algorithm>

namespace rtmp {
namespace {

// "FLV" 1, audio and video, header size 9; PreviousTagSize0. The flags promise nothing: no reader insists.
constexpr guint8 kFileHeader[] = {'F', 'L', 'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0};

bool is_coded_frame(const Tag& tag) {
  return tag.kind() == TagKind::kKeyFrame || tag.kind() == TagKind::kInterFrame ||
         tag.kind() == TagKind::kAudioFrame;
}

bool is_header(const Tag& tag) {
  return tag.kind() == TagKind::kSequenceHeader || tag.kind() == TagKind::kMetadata;
}

}  // namespace

void FlvStream::append(std::vector<PublishedTag>& tags) {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  for (PublishedTag& published : tags) {
    if (published.first) {
      waits_for_key_frame_ = begun();
      has_video_ = false;
      if (!begun() && !first_frame_) waiting_.clear();  // headers of a publisher that sent no more
    }
    if (!passes(published.tag)) {
      passed_over_.add(1);
      continue;
    }
    if (!begun() && !first_frame_ && is_coded_frame(published.tag)) first_frame_ = published.tag.timestamp();
    waiting_.push_back(std::move(published));
  }
  tags.clear();
}

bool FlvStream::passes(const Tag& tag) {
  if (!waits_for_key_frame_) return true;
  if (tag.type() == TagType::kVideo) has_video_ = true;
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
  return segment;
}

void FlvStream::set_running_time(GstClockTime running_time) {
  if (running_time > base_) now_ = (start_ + running_time - base_) / GST_MSECOND;
}

GstBuffer* FlvStream::pop() {
  if (header_waits_) {
    header_waits_ = false;
    GstBuffer* header = gst_buffer_new_memdup(kFileHeader, sizeof kFileHeader);
    GST_BUFFER_FLAG_SET(header, GST_BUFFER_FLAG_HEADER);
    // 0 here and nowhere else: flvdemux takes it for the sign of a file header.
    GST_BUFFER_OFFSET(header) = 0;
    offset_ = GST_BUFFER_OFFSET_END(header) = sizeof kFileHeader;
    return header;
  }
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

GstEvent* FlvStream::gap() {
  const std::uint64_t from = last_;
  last_ = std::max(last_, now_);
  return gst_event_new_gap(from * GST_MSECOND, (last_ - from) * GST_MSECOND);
}

std::uint64_t FlvStream::time_of(const Tag& tag) {
  if (!timeline_) {
    if (!is_coded_frame(tag)) return std::max(last_, now_);
    timeline_.emplace(tag.timestamp(), std::max(last_ + 1, now_));
  }
  return timeline_->map(tag.timestamp());
}

GstBuffer* FlvStream::to_buffer(PublishedTag published) {
  Tag& tag = published.tag;
  const bool next_publisher = published.first && offset_ > sizeof kFileHeader;
  if (next_publisher) timeline_.reset();
  const std::uint64_t ms = time_of(tag);
  last_ = std::max(last_, ms);
  if (const auto flv = static_cast<std::uint32_t>(ms); flv != tag.timestamp()) tag.set_timestamp(flv);
  const bool header = is_header(tag);
  const bool delta = tag.kind() == TagKind::kInterFrame;

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
  if (header) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_HEADER);
  if (delta) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

}  // namespace rtmp
