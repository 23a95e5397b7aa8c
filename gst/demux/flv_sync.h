// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rtmp {

/// Finds where FLV tags begin and end (FLV 10.1, annexes E.2 to E.4.1), and finds the next one where a stream
/// is damaged. It sees the bytes that are at hand, and says what they begin with; it keeps none of them.
///
/// A tag is known by its header, and by the size behind it, which must agree. Where that size does not agree,
/// some muxers have written it wrong: the tag is accepted if another one follows it. Where neither holds, and
/// where what comes is no header of a tag, the stream is damaged. From there on a tag is accepted only where
/// both its header and what follows it are right.
class FlvSync {
 public:
  static constexpr std::size_t kTagHeader = 11;
  static constexpr std::size_t kBackPointer = 4;
  /// No tag is longer: its size has 24 bits.
  static constexpr std::size_t kMostTag = kTagHeader + 0xFFFFFF + kBackPointer;

  struct Step {
    enum class What {
      kNeed,    // `size` bytes are needed, and are more than there are; at the end of the stream, nothing is
                // left to be found
      kSkip,    // the first `size` bytes are no tag
      kHeader,  // the first `size` bytes are a file header
      kTag,     // the first `size` bytes are a tag
    };
    What what;
    std::size_t size;
  };

  /// Says what `bytes` begin with. They are those of the last call without what it skipped or found, and with
  /// what has come behind them. `at_end` says that nothing will come behind them.
  Step next(std::span<const std::uint8_t> bytes, bool at_end = false);

  /// The next bytes have nothing to do with those before.
  void reset();

  /// Whether the next tag is being looked for.
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  // Headers, in a damaged stream, whose tags are not wholly there yet. One that ends far away must not hide
  // one that ends early: of more than these, the latest end is forgotten.
  static constexpr std::size_t kMostCandidates = 32;

  Step next_in_order(std::span<const std::uint8_t> bytes, bool at_end);
  Step search(std::span<const std::uint8_t> bytes, bool at_end);
  void look_for_headers(std::span<const std::uint8_t> bytes);

  bool lost_ = false;
  std::size_t looked_at_ = 0;  // up to there no more headers are to be found
  std::vector<std::size_t> candidates_{};
};

}  // namespace rtmp
