// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rtmp {

/// Finds where FLV tags begin and end (FLV 10.1, annexes E.2 to E.4.1), and finds the next tag if a stream is
/// damaged. It says what the given bytes begin with, and keeps none of them.
///
/// A tag is known by its header and by the size behind it, which must agree. Some muxers write that size
/// wrong. If it does not agree, the tag is accepted if another tag follows it. If none follows, or if the
/// bytes are no header of a tag, the stream is damaged. After damage, a tag is accepted only if both its
/// header and what follows it are right.
class FlvSync {
 public:
  static constexpr std::size_t kTagHeader = 11;
  static constexpr std::size_t kBackPointer = 4;
  /// The most bytes that a tag may have, because its size has 24 bits.
  static constexpr std::size_t kMostTag = kTagHeader + 0xFFFFFF + kBackPointer;

  struct Step {
    enum class What {
      kNeed,    // `size` bytes are needed, which is more than are there; at the end of the stream, nothing is
                // left to find
      kSkip,    // the first `size` bytes are not part of a tag
      kHeader,  // the first `size` bytes are a file header
      kTag,     // the first `size` bytes are a tag
    };
    What what;
    std::size_t size;
  };

  /// Says what `bytes` begin with. They must be those of the last call, without what it skipped or found, and
  /// with the bytes that have come since. `at_end` says that no more bytes will come.
  Step next(std::span<const std::uint8_t> bytes, bool at_end = false);

  /// The next bytes do not continue those before.
  void reset();

  /// Returns whether it looks for the next tag.
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  // Headers in a damaged stream whose tags are not complete yet. A tag that ends far away must not hide one
  // that ends early. If there are more than these, the one with the latest end is forgotten.
  static constexpr std::size_t kMostCandidates = 32;

  Step next_in_order(std::span<const std::uint8_t> bytes, bool at_end);
  Step search(std::span<const std::uint8_t> bytes, bool at_end);
  void look_for_headers(std::span<const std::uint8_t> bytes);

  bool lost_ = false;
  std::size_t looked_at_ = 0;  // before this offset there are no further headers
  std::vector<std::size_t> candidates_{};
};

}  // namespace rtmp
