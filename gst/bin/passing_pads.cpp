// SPDX-License-Identifier: LGPL-2.1-or-later
#include "passing_pads.h"

namespace rtmp {

// A pad without caps is one that the demuxer adds at the end of a stream that had no track.
void PassingPads::add(GstPad* pad) {
  if (!gst_pad_has_current_caps(pad)) return;
  GstPad* ghost = new_ghost(GST_PAD_NAME(pad), pad);
  {
    std::lock_guard lock(mutex_);
    ghosts_[pad] = ghost;
  }
  put_on(ghost, pad);
}

void PassingPads::remove(GstPad* pad) {
  std::unique_lock lock(mutex_);
  const auto found = ghosts_.extract(pad);
  lock.unlock();
  if (found) take_off(found.mapped());
}

}  // namespace rtmp
