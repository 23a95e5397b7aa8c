// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rtmp/block.h"

namespace rtmp {

enum class TagType : std::uint8_t { kAudio = 8, kVideo = 9, kScript = 18 };

/// What a tag is for whoever handles it without decoding it.
enum class TagKind : std::uint8_t {
  kSequenceHeader,  // decoder configuration, video or audio
  kKeyFrame,
  kInterFrame,
  kAudioFrame,
  kMetadata,       // onMetaData
  kEndOfSequence,  // nothing of this track follows
  kOther,          // other script data, video command frames, HDR metadata, what is not understood
};

/// One finished FLV tag (FLV 10.1, annex E.4.1): header, body and PreviousTagSize in one piece of memory that
/// it owns. Move-only.
class Tag {
 public:
  /// The first `strip` bytes of the block's body (at most all of it) are left out. `timestamp` is in ms.
  Tag(TagType type, TagKind kind, std::uint32_t timestamp, Block block, std::size_t strip = 0);

  [[nodiscard]] TagType type() const { return type_; }
  [[nodiscard]] TagKind kind() const { return kind_; }
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

  Block block_;
  std::size_t offset_;
  // As in the bytes, which another thread's cache may hold.
  TagType type_;
  TagKind kind_;
  std::uint32_t timestamp_ = 0;
};

}  // namespace rtmp
