// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tag_framer.h"

#include <algorithm>
#include <utility>

namespace rtmp {
namespace {

constexpr std::size_t kTimestamp = 4;  // its place in a tag's header

// ... tt tt tt TT ...     the top byte comes last
std::uint32_t timestamp_of(std::span<const std::uint8_t> tag) {
  const auto* p = &tag[kTimestamp];
  return std::uint32_t{p[3]} << 24 | std::uint32_t{p[0]} << 16 | std::uint32_t{p[1]} << 8 | p[2];
}

constexpr auto kAllButMemory = static_cast<GstBufferCopyFlags>(
    GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META);

}  // namespace

void TagFramer::drop_incoming() {
  if (incoming_) gst_buffer_unmap(incoming_.get(), &map_);
  incoming_.reset();
}

void TagFramer::push(BufferPtr buffer) {
  drop_incoming();
  at_end_ = false;
  if (!gst_buffer_map(buffer.get(), &map_, GST_MAP_READ)) return;
  incoming_ = std::move(buffer);
  at_ = 0;
  begun_ = false;
}

void TagFramer::reset() {
  drop_incoming();
  passed_over_ += gathered_.size() - taken_;
  take_from_gathered(gathered_.size() - taken_);
  began_in_.reset();
  copied_.reset();
  sync_.reset();
  at_end_ = false;
}

std::span<const std::uint8_t> TagFramer::at_hand() const {
  if (!gathered_.empty()) return std::span(gathered_).subspan(taken_);
  return incoming_ ? std::span<const std::uint8_t>(map_.data, map_.size).subspan(at_)
                   : std::span<const std::uint8_t>();
}

std::optional<FramedTag> TagFramer::next() {
  copied_.reset();
  while (true) {
    const auto bytes = at_hand();
    const FlvSync::Step step = sync_.next(bytes, at_end_);
    switch (step.what) {
      case FlvSync::Step::What::kTag:
      case FlvSync::Step::What::kHeader:
        return found(step);
      case FlvSync::Step::What::kSkip:
        passed_over_ += step.size;
        skip(step.size);
        break;
      case FlvSync::Step::What::kNeed:
        if (!gather(step.size)) return std::nullopt;
        break;
    }
  }
}

// Removes what is at hand from its front.
void TagFramer::skip(std::size_t size) {
  if (gathered_.empty()) {
    at_ += size;
    return;
  }
  if (size > 0) began_in_.reset();
  take_from_gathered(size);
}

// What is taken from the front is moved over when more is gathered, and not each time.
void TagFramer::take_from_gathered(std::size_t size) {
  taken_ += size;
  if (taken_ < gathered_.size()) return;
  gathered_.clear();
  taken_ = 0;
}

// Puts more bytes at hand in one piece: up to `size` in all, or all that there are in a damaged stream.
// Whether there were any.
bool TagFramer::gather(std::size_t size) {
  const std::size_t left = incoming_ ? map_.size - at_ : 0;
  if (left == 0) {
    drop_incoming();
    return false;
  }
  if (gathered_.empty() && !begun_) {
    began_in_.reset(gst_buffer_new());
    gst_buffer_copy_into(began_in_.get(), incoming_.get(), kAllButMemory, 0, 0);
    begun_ = true;
  }
  gathered_.erase(gathered_.begin(),
                  gathered_.begin() + static_cast<std::ptrdiff_t>(std::exchange(taken_, 0)));
  const std::size_t more = sync_.lost() ? left : std::min(left, size - gathered_.size());
  gathered_.insert(gathered_.end(), map_.data + at_, map_.data + at_ + more);
  at_ += more;
  return true;
}

// The first bytes of gathered_, as a buffer.
BufferPtr TagFramer::take_gathered(std::size_t size) {
  BufferPtr buffer = std::move(began_in_);
  if (!buffer) buffer.reset(gst_buffer_new());
  auto* bytes = new std::vector<std::uint8_t>;
  if (size == gathered_.size()) {
    bytes->swap(gathered_);
  } else {
    const auto from = gathered_.begin() + static_cast<std::ptrdiff_t>(taken_);
    bytes->assign(from, from + static_cast<std::ptrdiff_t>(size));
    take_from_gathered(size);
  }
  GstMemory* memory =
      gst_memory_new_wrapped(GstMemoryFlags{}, bytes->data(), size, 0, size, bytes,
                             [](gpointer data) { delete static_cast<std::vector<std::uint8_t>*>(data); });
  gst_buffer_append_memory(buffer.get(), memory);
  return buffer;
}

BufferPtr TagFramer::release_buffer() {
  if (copied_) return std::move(copied_);
  const bool alone = incoming_ && alone_ && at_ == map_.size;
  if (!alone || !gst_buffer_is_writable(incoming_.get()) || gst_buffer_n_memory(incoming_.get()) != 1)
    return nullptr;
  gst_buffer_unmap(incoming_.get(), &map_);
  return std::move(incoming_);
}

FramedTag TagFramer::found(const FlvSync::Step& step) {
  FramedTag tag{};
  std::span<const std::uint8_t> bytes = at_hand().first(step.size);
  if (gathered_.empty()) {
    tag.buffer = incoming_.get();
    tag.offset = at_;
    tag.has_times = !begun_;
    alone_ = at_ == 0;
    begun_ = true;
    at_ += step.size;
  } else {
    tag.has_times = began_in_ != nullptr;
    copied_ = take_gathered(step.size);
    tag.buffer = copied_.get();
    // It is the process's own memory, which stays where it is.
    GstMapInfo map;
    gst_buffer_map(copied_.get(), &map, GST_MAP_READ);
    bytes = {map.data, step.size};
    gst_buffer_unmap(copied_.get(), &map);
  }
  if (step.what == FlvSync::Step::What::kHeader) {
    tag.type = FramedTag::kFileHeader;
    tag.body = bytes;
    return tag;
  }
  tag.type = bytes[0];
  tag.timestamp = timestamp_of(bytes);
  tag.offset += FlvSync::kTagHeader;
  const std::size_t size = static_cast<std::size_t>(bytes[1]) << 16 | std::size_t{bytes[2]} << 8 | bytes[3];
  tag.body = bytes.subspan(FlvSync::kTagHeader, size);
  return tag;
}

}  // namespace rtmp
