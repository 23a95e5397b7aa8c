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

/// A tag of an FLV stream, or the header of the file. It has views that are valid until the next call of
/// next().
struct FramedTag {
  static constexpr std::uint8_t kFileHeader = 'F';

  std::uint8_t type;                   // the first byte of the tag, or kFileHeader
  std::uint32_t timestamp;             // of a tag, in ms
  std::span<const std::uint8_t> body;  // the body of a tag, or all of a file header
  GstBuffer* buffer;                   // the buffer with the body, which begins at `offset`
  std::size_t offset;
  bool has_times;  // the times of `buffer` are those of the tag, which is the first that begins in a buffer
};

/// Divides buffers into FLV tags. The buffers may have any number of tags and end anywhere. A tag that lies
/// in one buffer stays there. A tag that several buffers share is copied together. Bytes that are no tag are
/// skipped. It holds at most one tag and one incoming buffer, and in a damaged stream at most as much as the
/// longest tag.
class TagFramer {
 public:
  TagFramer() = default;
  ~TagFramer() { drop_incoming(); }
  TagFramer(const TagFramer&) = delete;
  TagFramer& operator=(const TagFramer&) = delete;

  /// Takes the next buffer of the stream, after next() has returned nothing.
  void push(BufferPtr buffer);
  /// The stream has ended. Bytes that were kept because later ones might explain them are judged now.
  void end() { at_end_ = true; }
  /// Forgets what was pushed. The next buffer begins with a tag or a file header.
  void reset();

  /// Returns the next tag or file header. Returns nothing until more is pushed.
  std::optional<FramedTag> next();

  /// Returns the buffer of the tag that next() has returned, if it has nothing else in it and no other owner.
  /// Then the caller owns it and may change it, but not its memory. Otherwise returns null.
  BufferPtr release_buffer();

  /// Returns how many bytes were no tag.
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
  GstMapInfo map_{};    // the mapping of incoming_
  std::size_t at_ = 0;  // the position in the mapped bytes
  bool begun_ = false;  // a tag has begun in incoming_
  bool alone_ = false;  // the tag that was found last begins incoming_
  // The rest of an earlier buffer, and what has been added to it since. While it is not empty, the stream
  // continues there, and then in incoming_.
  std::vector<std::uint8_t> gathered_;
  std::size_t taken_ = 0;  // how many bytes were taken out of gathered_
  BufferPtr began_in_;     // times, flags and metas of the buffer in which gathered_ begins, if it still does
  BufferPtr copied_;       // the tag that was found last, if it was copied together
  bool at_end_ = false;
  std::uint64_t passed_over_ = 0;
};

}  // namespace rtmp
