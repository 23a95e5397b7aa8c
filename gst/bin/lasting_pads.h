// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <list>
#include <mutex>
#include <string>

#include "branch_pads.h"
#include "pointers.h"

namespace rtmp {

/// The pads of a bin that has one publisher at a time. A pad stays until the bin stops, whichever publishers
/// come and go. If a track gets another codec, it continues on the same pad, as the same stream, if the peer
/// of the pad accepts that. Each pad has a thread of its own. H.264 and H.265 come as FLV has them, or as a
/// byte stream, if the peer takes only that.
class LastingPads final : public BranchPads {
 public:
  /// `max_queue_bytes` is the most that is queued for each track.
  LastingPads(GstElement* bin, GstElement* demux, guint number, guint max_queue_bytes);
  /// The demuxer has stopped.
  ~LastingPads() override;

  void let_eos_pass() override;
  void wait_for_eos() override;
  void stop_waiting() override;

 private:
  struct Track {
    LastingPads* owner;
    std::string name;  // the name of the demuxer's pad
    GstPad* queue_sink;
    GstPad* ghost;
    GstElement* maker = nullptr;                    // of a byte stream, in front of the queue
    CapsPtr left_out{};                             // what comes, if the peer does not accept it
    GstClockTime told_until = GST_CLOCK_TIME_NONE;  // by GAP events, while it is left out
  };

  void add(GstPad* pad) override;
  void no_more() override;
  Track* find(std::string_view name);
  Track& new_track(const std::string& name);
  static GstPadProbeReturn on_queue_event(GstPad* queue_sink, GstPadProbeInfo* info, gpointer self);
  static GstPadProbeReturn on_ghost_event(GstPad* ghost, GstPadProbeInfo* info, gpointer self);
  static GstPadProbeReturn on_data(GstPad* pad, GstPadProbeInfo* info, gpointer track);
  GstPadProbeReturn take_event(Track& track, GstEvent* event);
  void choose(Track& track, GstCaps* caps);
  bool make_byte_stream(Track& track, GstPad* pad, GstCaps* caps);
  void remove_maker(Track& track);
  static bool waits_for_caps(const Track& track);
  static void fill(Track& track, GstClockTime time);

  GstElement* const queue_;
  std::list<Track> tracks_;  // only the streaming thread uses this
  bool ends_ = false;        // and this
  bool told_no_more_ = false;
  bool any_continued_ = false;  // on a track's pad there is another pad of the demuxer than at first

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  unsigned without_eos_ = 0;  // how many pads have not had EOS
  bool stops_ = false;
};

}  // namespace rtmp
