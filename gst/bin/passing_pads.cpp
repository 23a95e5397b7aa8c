// SPDX-License-Identifier: LGPL-2.1-or-later
#include "passing_pads.h"

namespace rtmp {

void PassingPads::add(GstPad* pad) {
  GstPad* ghost = new_ghost(pad, pad);
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
