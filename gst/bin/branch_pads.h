// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp {

/// The pads of a bin that stand for those of a publisher's demuxer: `video_3_0` for `video_0` of publisher 3.
class BranchPads {
 public:
  BranchPads(GstElement* bin, GstElement* demux, guint number);
  /// The demuxer has stopped, and has no pads any more.
  virtual ~BranchPads();
  BranchPads(const BranchPads&) = delete;
  BranchPads& operator=(const BranchPads&) = delete;

  /// In the streaming thread: the EOS that comes next is that of the whole stream.
  virtual void let_eos_pass() {}
  /// Behind that, in another thread: returns when EOS has come to the pads, but waits for a moment only.
  virtual void wait_for_eos() {}

 protected:
  /// In the streaming thread: the demuxer has a pad more. Or a pad less; then perhaps in that which stops it.
  virtual void add(GstPad* pad) = 0;
  virtual void remove(GstPad* /*pad*/) {}
  /// All are there that are to be expected.
  virtual void no_more() {}

  [[nodiscard]] GstElement* bin() const { return bin_; }
  /// A pad of the bin that is named by the demuxer's. The caller owns it, and puts it on the bin.
  GstPad* new_ghost(GstPad* pad, GstPad* target);
  /// As what the events in front of the demuxer's pad say.
  void put_on(GstPad* ghost, GstPad* pad);
  /// Takes the ownership.
  void take_off(GstPad* ghost);

 private:
  GstElement* const bin_;
  GstElement* const demux_;
  const guint number_;
};

}  // namespace rtmp
