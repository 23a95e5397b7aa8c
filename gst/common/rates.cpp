// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rates.h"

namespace rtmp {

void Bitrate::add(std::size_t bytes, gint64 now_us) {
  const gint64 number = now_us / kSlotUs;
  Slot& slot = slots_[static_cast<std::size_t>(number) % kSlots];
  if (slot.number != number) slot = {number, 0};
  slot.bytes += bytes;
}

guint64 Bitrate::bits_per_second(gint64 now_us) const {
  const gint64 oldest = now_us / kSlotUs - static_cast<gint64>(kSlots) + 1;
  guint64 bytes = 0;
  for (const Slot& slot : slots_)
    if (slot.number >= oldest) bytes += slot.bytes;
  return 8 * bytes;
}

void FrameRate::add(std::uint32_t timestamp) {
  // Timestamps have 32 bits and wrap. A step backwards looks like a large step forwards.
  if (count_ > 0 && timestamp - at(count_ - 1) > kWindowMs) count_ = 0;
  while (count_ > 0 && (timestamp - at(0) > kWindowMs || count_ == kMostFrames)) {
    first_ = (first_ + 1) % kMostFrames;
    --count_;
  }
  timestamps_[(first_ + count_) % kMostFrames] = timestamp;
  ++count_;
}

double FrameRate::frames_per_second() const {
  if (count_ < 2) return 0;
  const std::uint32_t ms = at(count_ - 1) - at(0);
  return ms == 0 ? 0 : 1000.0 * static_cast<double>(count_ - 1) / ms;
}

}  // namespace rtmp
