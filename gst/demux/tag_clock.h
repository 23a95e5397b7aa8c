// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>

namespace rtmp {

/// Computes the time of a tag: that of its buffer, or that in its bytes. The latter has 32 bits of
/// milliseconds, which wrap after 49 days. A clock that starts in their negative half is moved to 0. A tag
/// that lies before 0 is at 0: if the next one does so, too, time goes on from there; otherwise it was
/// damaged.
class TagClock {
 public:
  /// Returns the time of the next tag. `buffer_time` is that of the buffer that begins with the tag, if it is
  /// known and should be used. Tags behind it in the same buffer keep the distance that their timestamps
  /// have.
  GstClockTime time(std::uint32_t timestamp, GstClockTime buffer_time);
  /// Returns the time in the bytes of the tag for which time() was called last.
  [[nodiscard]] GstClockTime own_time() const {
    return before_zero_ ? 0 : static_cast<GstClockTime>(own_) * GST_MSECOND;
  }

  /// Another file begins. Its own time continues where that of the last file ended.
  void go_on() { goes_on_ = begun_; }
  /// The stream starts anew.
  void reset() { *this = TagClock(); }

 private:
  void unwrap(std::uint32_t timestamp);
  void count_from(std::int64_t own, std::uint32_t timestamp);

  bool begun_ = false;
  bool goes_on_ = false;
  std::uint32_t last_ = 0;                      // the last timestamp that is not before 0
  std::int64_t own_ = 0;                        // the same, unwrapped
  std::optional<std::uint32_t> before_zero_{};  // the timestamp of the last tag, if it lies before 0
  std::int64_t latest_ = 0;
  struct Anchor {
    std::int64_t own;
    GstClockTime time;
  };
  std::optional<Anchor> anchor_{};
};

}  // namespace rtmp
