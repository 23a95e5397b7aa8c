// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "rtmp/block.h"
#include "rtmp/media_header.h"

namespace rtmp {

/// A complete FLV tag (FLV 10.1, annex E.4.1): header, body and PreviousTagSize in one block of memory, which
/// the tag owns. A Tag can be moved and not copied. Only one thread may use a Tag at a time.
class Tag {
 public:
  /// A tag of audio or video, whose body is that of the block. It reads the header of the body.
  /// `timestamp` is in ms.
  Tag(TagType media, std::uint32_t timestamp, Block block)
      : Tag(read_media_header(media, block.body()), timestamp, std::move(block)) {}
  /// The same if `header`, that of the body, was read before.
  Tag(const MediaHeader& header, std::uint32_t timestamp, Block&& block)
      : Tag(header, timestamp, std::move(block), 0) {}
  /// A tag of script data. The first `strip` bytes of the block's body (at most all of it) are left out.
  static Tag script(TagKind kind, std::uint32_t timestamp, Block block, std::size_t strip = 0);

  [[nodiscard]] TagType type() const { return header_.media; }
  [[nodiscard]] TagKind kind() const { return header_.kind; }
  /// The header of the body. Only `media` and `kind` are set for script data.
  [[nodiscard]] const MediaHeader& header() const { return header_; }
  [[nodiscard]] std::uint32_t timestamp() const { return static_cast<std::uint32_t>(timestamp_); }
  void set_timestamp(std::uint32_t timestamp);

  /// The bytes of the whole tag, and those of its body.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {block_.base() + offset_, block_.capacity() - offset_};
  }
  [[nodiscard]] std::span<const std::uint8_t> body() const {
    return bytes().subspan(Block::kHead, bytes().size() - Block::kHead - Block::kTail);
  }

  /// Returns how much memory the tag takes while it waits somewhere, in bytes: its block and its place in a
  /// list.
  [[nodiscard]] std::size_t held_bytes() const { return block_.held_bytes() + kBookkeeping; }

  /// Hands over the memory. The bytes of the tag begin `offset()` bytes after Block::base().
  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] Block release() && { return std::move(block_); }

 private:
  // The least that a list needs for a tag, with its share of what a growing list allocates in advance.
  static constexpr std::size_t kBookkeeping = 96;

  Tag(const MediaHeader& header, std::uint32_t timestamp, Block&& block, std::size_t strip);

  // A tag is moved just after it was made. Numbers of 32 bits would be written one by one and moved in pairs,
  // and the processor would have to wait until they, and the body that was copied before, are in the cache.
  Block block_;
  std::size_t offset_ = 0;
  // These are also in the bytes, which another thread's cache may hold.
  std::uint64_t timestamp_ = 0;
  MediaHeader header_;
};

}  // namespace rtmp
