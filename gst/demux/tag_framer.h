// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flv_sync.h"
#include "pointers.h"

namespace rtmp {

/// A tag of an FLV stream, or the header of the file. Views, until the framer is asked for the next one.
struct FramedTag {
  static constexpr std::uint8_t kFileHeader = 'F';

  std::uint8_t type;                   // the first byte of the tag, or kFileHeader
  std::uint32_t timestamp;             // of the tag, in ms
  std::span<const std::uint8_t> body;  // of the tag; or all of a file header
  GstBuffer* buffer;                   // what holds the body, from `offset` on
  std::size_t offset;
  bool has_times;  // the times of `buffer` are those of the tag: it is the first that begins in a buffer
};

/// Cuts FLV tags out of buffers, which may hold any number of tags and end anywhere. A tag that lies in one
/// buffer stays there, and only one that buffers cut is copied together. What is no tag is passed over. It
/// holds at most one tag and one incoming buffer; in a damaged stream, at most as much as the longest tag.
class TagFramer {
 public:
  TagFramer() = default;
  ~TagFramer() { drop_incoming(); }
  TagFramer(const TagFramer&) = delete;
  TagFramer& operator=(const TagFramer&) = delete;

  /// Takes the next buffer of the stream, after next() has returned nothing.
  void push(BufferPtr buffer);
  /// The stream has ended: what was kept, because what follows might tell, is judged now.
  void end() { at_end_ = true; }
  /// Forgets what was pushed. The next buffer begins with a tag or a file header.
  void reset();

  /// The next tag or file header, or nothing until more is pushed.
  std::optional<FramedTag> next();

  /// The buffer of the tag that next() has returned, if nothing else is in it and nobody else has it: then it
  /// is the caller's, who may change it. What is in memory stays there. Else null.
  BufferPtr release_buffer();

  /// The bytes that were no tag.
  [[nodiscard]] std::uint64_t passed_over() const { return passed_over_; }

 private:
  [[nodiscard]] std::span<const std::uint8_t> at_hand() const;
  void skip(std::size_t size);
  bool gather(std::size_t size);
  FramedTag found(const FlvSync::Step& step);
  BufferPtr take_gathered(std::size_t size);
  void take_from_gathered(std::size_t size);
  void drop_incoming();

  FlvSync sync_;
  BufferPtr incoming_;
  GstMapInfo map_{};    // of incoming_
  std::size_t at_ = 0;  // in what is mapped
  bool begun_ = false;  // a tag has begun in incoming_
  bool alone_ = false;  // the tag that was found last stands at its beginning
  // What was cut off at the end of an earlier buffer, and what has been added to it since. As long as it is
  // not empty, the stream goes on there, and behind that in incoming_.
  std::vector<std::uint8_t> gathered_;
  std::size_t taken_ = 0;  // of gathered_, bytes that are no longer in it
  BufferPtr began_in_;     // times, flags and metas of the buffer in which gathered_ begins, if it still does
  BufferPtr copied_;       // the tag that was found last, if it was copied together
  bool at_end_ = false;
  std::uint64_t passed_over_ = 0;
};

}  // namespace rtmp
