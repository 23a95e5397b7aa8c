// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>

namespace rtmp {

/// Which time a tag has: that of its buffer, or that in its bytes. The latter has 32 bits of milliseconds,
/// which wrap after 49 days; a clock that starts in the negative half of these is moved to 0.
class TagClock {
 public:
  /// The time of the next tag. `buffer_time` is that of the buffer that begins with it, where it is known and
  /// to be used. Tags behind it in the same buffer are as far from it as their timestamps are.
  GstClockTime time(std::uint32_t timestamp, GstClockTime buffer_time);
  /// The time in the bytes of the tag that time() was asked for last.
  [[nodiscard]] GstClockTime own_time() const { return static_cast<GstClockTime>(own_) * GST_MSECOND; }

  /// Another file begins: its own time goes on where that of the last one ended.
  void go_on() { goes_on_ = begun_; }
  /// The stream begins anew.
  void reset() { *this = TagClock(); }

 private:
  void unwrap(std::uint32_t timestamp);

  bool begun_ = false;
  bool goes_on_ = false;
  std::uint32_t last_ = 0;  // timestamp
  std::int64_t own_ = 0;    // the same, unwrapped
  std::int64_t latest_ = 0;
  struct Anchor {
    std::int64_t own;
    GstClockTime time;
  };
  std::optional<Anchor> anchor_{};
};

}  // namespace rtmp
