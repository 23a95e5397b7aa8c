// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <map>
#include <mutex>

#include "branch_pads.h"

namespace rtmp {

/// The pads of one of several publishers. They come and go with those of the demuxer, whose thread pushes on
/// all of them.
class PassingPads final : public BranchPads {
 public:
  using BranchPads::BranchPads;

 private:
  void add(GstPad* pad) override;
  void remove(GstPad* pad) override;

  std::mutex mutex_;                   // guards what follows
  std::map<GstPad*, GstPad*> ghosts_;  // by the demuxer's pad; each has a reference
};

}  // namespace rtmp
