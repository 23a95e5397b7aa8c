// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rtmp/block.h"
#include "rtmp/media_header.h"

namespace rtmp {

/// One finished FLV tag (FLV 10.1, annex E.4.1): header, body and PreviousTagSize in one piece of memory that
/// it owns. Move-only.
class Tag {
 public:
  /// A tag of audio or video, whose body is that of the block. It reads the header of the body.
  /// `timestamp` is in ms.
  Tag(TagType media, std::uint32_t timestamp, Block block);
  /// A tag of script data. The first `strip` bytes of the block's body (at most all of it) are left out.
  static Tag script(TagKind kind, std::uint32_t timestamp, Block block, std::size_t strip = 0);

  [[nodiscard]] TagType type() const { return header_.media; }
  [[nodiscard]] TagKind kind() const { return header_.kind; }
  /// What the body begins with. Of script data, only type and kind are set.
  [[nodiscard]] const MediaHeader& header() const { return header_; }
  [[nodiscard]] std::uint32_t timestamp() const { return timestamp_; }
  void set_timestamp(std::uint32_t timestamp);

  /// The whole tag, and its body alone.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {block_.base() + offset_, block_.capacity() - offset_};
  }
  [[nodiscard]] std::span<const std::uint8_t> body() const {
    return bytes().subspan(Block::kHead, bytes().size() - Block::kHead - Block::kTail);
  }

  /// The memory that it takes in bytes, wherever it waits: its block, and its place in a list.
  [[nodiscard]] std::size_t held_bytes() const { return block_.held_bytes() + kBookkeeping; }

  /// The memory; bytes() begin `offset()` behind its base.
  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] Block release() && { return std::move(block_); }

 private:
  // At least what a list needs for it, and its part of what a list that grows sets aside.
  static constexpr std::size_t kBookkeeping = 96;

  Tag(const MediaHeader& header, std::uint32_t timestamp, Block&& block, std::size_t strip);

  Block block_;
  std::uint32_t offset_;
  // These are also in the bytes, which another thread's cache may hold.
  std::uint32_t timestamp_ = 0;
  MediaHeader header_;
};

}  // namespace rtmp
