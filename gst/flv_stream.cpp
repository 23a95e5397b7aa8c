// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_stream.h"

#include <algorithm>
#include <iterator>

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

void FlvStream::append(std::vector<Tag>& tags) {
  if (!begun() && !first_frame_) {
    const auto frame = std::ranges::find_if(tags, is_coded_frame);
    if (frame != tags.end()) first_frame_ = frame->timestamp();
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(next_));
  next_ = 0;
  std::ranges::move(tags, std::back_inserter(waiting_));
  tags.clear();
}

GstSegment FlvStream::begin(GstClockTime running_time) {
  const std::uint32_t first = first_frame_.value_or(waiting_.empty() ? 0 : waiting_.back().timestamp());
  timeline_.emplace(first);
  start_ = Timeline(first).map(first) * GST_MSECOND;
  // flvdemux copies the base of a TIME segment, and lets its own begin at the first frame. So this one begins
  // there too: then the first frame has that running time on both sides of the demuxer, be its timestamp 0
  // or an hour.
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start_;
  segment.base = running_time;
  return segment;
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

GstBuffer* FlvStream::to_buffer(Tag tag) {
  const std::uint64_t ms = timeline_->map(tag.timestamp());
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
  if (header) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_HEADER);
  if (delta) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

}  // namespace rtmp
