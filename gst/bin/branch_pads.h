// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

namespace rtmp {

/// The pads of a bin for those of a publisher's demuxer: `video_3_0` for `video_0` of publisher 3.
class BranchPads {
 public:
  BranchPads(GstElement* bin, GstElement* demux, guint number);
  /// The demuxer has stopped, and has no pads any more.
  virtual ~BranchPads();
  BranchPads(const BranchPads&) = delete;
  BranchPads& operator=(const BranchPads&) = delete;

  /// The streaming thread calls this: EOS of the whole stream is about to come from the source.
  virtual void let_eos_pass() {}
  /// Called after that in another thread. Blocks until EOS has come to the pads, but only for a moment.
  virtual void wait_for_eos() {}
  /// From now on wait_for_eos() does not wait: the bin stops. Any thread may call this.
  virtual void stop_waiting() {}

 protected:
  /// The demuxer has added or removed a pad. The streaming thread calls these; the second may also be called
  /// by the thread that stops the demuxer.
  virtual void add(GstPad* pad) = 0;
  virtual void remove(GstPad* /*pad*/) {}
  /// All pads have been added that can be expected.
  virtual void no_more() {}

  [[nodiscard]] GstElement* bin() const { return bin_; }
  /// Returns a new pad of the bin for the demuxer's pad of this name. The caller owns it, and adds it to the
  /// bin.
  GstPad* new_ghost(const std::string& name, GstPad* target);
  /// Adds the ghost to the bin, after the events that precede data on the demuxer's pad, if there is one.
  void put_on(GstPad* ghost, GstPad* pad);
  /// Removes the ghost from the bin and takes the ownership of it.
  void take_off(GstPad* ghost);

 private:
  GstElement* const bin_;
  GstElement* const demux_;
  const guint number_;
};

}  // namespace rtmp
