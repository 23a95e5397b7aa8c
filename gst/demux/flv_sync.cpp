// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_sync.h"

#include <algorithm>

#include "endian.h"
#include "rtmp/tag.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kTypeBits = 0x1F, kReservedBits = 0xC0;
constexpr std::size_t kFileHeader = 9;
constexpr std::size_t kLongestFileHeader = 1024;

using Step = FlvSync::Step;
using What = Step::What;

// tt ss ss ss  tt tt tt TT  ii ii ii     type, size of the body, timestamp, id of the stream
bool has_tag_type(std::uint8_t first) {
  const auto type = static_cast<TagType>(first & kTypeBits);
  const bool known = type == TagType::kAudio || type == TagType::kVideo || type == TagType::kScript;
  return known && (first & kReservedBits) == 0;
}
std::size_t body_size(std::span<const std::uint8_t> header) { return load_be24(&header[1]); }
std::size_t tag_size(std::span<const std::uint8_t> header) {
  return FlvSync::kTagHeader + body_size(header) + FlvSync::kBackPointer;
}
// As each muxer writes it: the stream's id is 0.
bool is_sure_header(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= FlvSync::kTagHeader && has_tag_type(bytes[0]) && load_be24(&bytes[8]) == 0 &&
         body_size(bytes) > 0;
}
bool is_file_header(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 4 && bytes[0] == 'F' && bytes[1] == 'L' && bytes[2] == 'V' && bytes[3] == 1;
}

enum class Follows { kRight, kWrong, kUnknown };

// Whether what stands behind a tag agrees with it. With `at_end`, what is missing is no fault.
Follows look_behind(std::span<const std::uint8_t> bytes, std::size_t size, bool at_end) {
  if (bytes.size() < size) return at_end ? Follows::kWrong : Follows::kUnknown;
  const std::size_t told = load_be32(&bytes[size - FlvSync::kBackPointer]);
  if (told + FlvSync::kBackPointer == size) return Follows::kRight;
  const auto behind = bytes.subspan(size);
  if (behind.size() < FlvSync::kTagHeader) {
    if (!at_end) return Follows::kUnknown;
    return behind.empty() ? Follows::kRight : Follows::kWrong;
  }
  return is_sure_header(behind) || is_file_header(behind) ? Follows::kRight : Follows::kWrong;
}

}  // namespace

void FlvSync::reset() {
  lost_ = false;
  looked_at_ = 0;
  candidates_.clear();
}

Step FlvSync::next(std::span<const std::uint8_t> bytes, bool at_end) {
  if (!lost_) {
    const Step step = next_in_order(bytes, at_end);
    if (!lost_) return step;
  }
  return search(bytes, at_end);
}

Step FlvSync::next_in_order(std::span<const std::uint8_t> bytes, bool at_end) {
  if (bytes.empty()) return {What::kNeed, kTagHeader};
  if (bytes[0] == 'F') {
    // "FLV" 01  ff  ss ss ss ss  00 00 00 00     flags, size of the header; size of the tag before the first
    if (bytes.size() < kFileHeader) return {What::kNeed, kFileHeader};
    const std::size_t size = load_be32(&bytes[5]);
    if (is_file_header(bytes) && size >= kFileHeader && size <= kLongestFileHeader) {
      if (bytes.size() < size + kBackPointer) return {What::kNeed, size + kBackPointer};
      return {What::kHeader, size + kBackPointer};
    }
  } else if (has_tag_type(bytes[0])) {
    if (bytes.size() < kTagHeader) return {What::kNeed, kTagHeader};
    const std::size_t size = tag_size(bytes);
    // A file that was cut off behind a body has the whole of it.
    if (at_end && bytes.size() >= size - kBackPointer && bytes.size() < size)
      return {What::kTag, size - kBackPointer};
    switch (look_behind(bytes, size, at_end)) {
      case Follows::kRight:
        return {What::kTag, size};
      case Follows::kUnknown:
        return {What::kNeed, bytes.size() < size ? size : size + kTagHeader};
      case Follows::kWrong:
        break;
    }
  }
  lost_ = true;
  looked_at_ = 1;  // what it begins with has just been judged
  candidates_.clear();
  return {What::kNeed, 0};
}

void FlvSync::look_for_headers(std::span<const std::uint8_t> bytes) {
  for (; looked_at_ + kTagHeader <= bytes.size(); ++looked_at_) {
    if (is_sure_header(bytes.subspan(looked_at_))) candidates_.push_back(looked_at_);
    if (candidates_.size() <= kMostCandidates) continue;
    candidates_.erase(std::ranges::max_element(
        candidates_, {}, [&](std::size_t at) { return at + tag_size(bytes.subspan(at)); }));
  }
}

Step FlvSync::search(std::span<const std::uint8_t> bytes, bool at_end) {
  look_for_headers(bytes);
  for (auto at = candidates_.begin(); at != candidates_.end();) {
    const auto tag = bytes.subspan(*at);
    const Follows follows = look_behind(tag, tag_size(tag), at_end);
    if (follows == Follows::kRight) {
      const std::size_t skipped = *at;
      reset();
      return {What::kSkip, skipped};
    }
    at = follows == Follows::kWrong ? candidates_.erase(at) : at + 1;
  }
  // What lies before the first header that may still be one is of no use.
  const std::size_t useless = candidates_.empty() ? looked_at_ : candidates_.front();
  if (useless > 0) {
    looked_at_ -= useless;
    for (std::size_t& at : candidates_) at -= useless;
    return {What::kSkip, useless};
  }
  return {What::kNeed, bytes.size() + 1};
}

}  // namespace rtmp
