// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rtmp {

/// Measures the bits per second during the last second.
class Bitrate {
 public:
  void add(std::size_t bytes, gint64 now_us);
  [[nodiscard]] guint64 bits_per_second(gint64 now_us) const;

 private:
  static constexpr gint64 kSlotUs = 20'000;
  static constexpr std::size_t kSlots = 50;
  struct Slot {
    gint64 number = -1;  // counts slots of kSlotUs since the clock's start
    guint64 bytes = 0;
  };
  std::array<Slot, kSlots> slots_{};
};

/// Measures the frames per second by the frames' timestamps: over the last two seconds of them, or over the
/// last 256 frames if these are fewer. It starts anew when timestamps go back, or jump by more than two
/// seconds.
class FrameRate {
 public:
  /// Takes the timestamp of a frame, in ms.
  void add(std::uint32_t timestamp);
  /// Returns 0 until two frames with different timestamps have come.
  [[nodiscard]] double frames_per_second() const;

 private:
  static constexpr std::uint32_t kWindowMs = 2000;
  static constexpr std::size_t kMostFrames = 256;

  [[nodiscard]] std::uint32_t at(std::size_t index) const {
    return timestamps_[(first_ + index) % kMostFrames];
  }

  std::array<std::uint32_t, kMostFrames> timestamps_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace rtmp
