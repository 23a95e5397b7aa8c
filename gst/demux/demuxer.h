// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "announced.h"
#include "data_messages.h"
#include "demux_settings.h"
#include "pointers.h"
#include "streams.h"
#include "tag_clock.h"
#include "tag_framer.h"
#include "track.h"
#include "wall_clock.h"

namespace rtmp {

/// Counts what was pushed, and what was left out. Any thread may read it.
struct DemuxCounters {
  std::atomic<std::uint64_t> tags{0};
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> dropped_frames{0};  // without a configuration, or before a key frame
  std::atomic<std::uint64_t> malformed{0};       // tags that are malformed
  std::atomic<std::uint64_t> dropped_data{0};    // data messages that were not posted
  std::atomic<std::uint64_t> passed_over{0};     // bytes that are not part of a tag
};

/// Demultiplexes an FLV stream. It takes what comes to the sink pad of eflvdemux, and pushes frames from the
/// source pads. Only the streaming thread uses it, except that the thread that has stopped it calls reset().
class Demuxer {
 public:
  explicit Demuxer(GstElement* element) : element_(element), streams_(element), reporter_(element) {}

  void set_settings(const DemuxSettings& settings) { settings_ = settings; }
  void reset();

  /// Takes a buffer, or several that have come at the same time.
  GstFlowReturn take(BufferPtr buffer);
  GstFlowReturn take(BufferListPtr buffers);

  // Events of the sink pad.
  void stream_starts(GstEvent* event) { streams_.set_upstream(event); }
  void segment_begins(EventPtr event);
  /// Tags of the whole stream are pushed together with those of the metadata.
  void tags_come(TagListPtr tags);
  void gap(GstClockTime start, GstClockTime duration);
  void flush_stops();
  void end();

  [[nodiscard]] const DemuxCounters& counters() const { return counters_; }

 private:
  // The most tracks of a stream. Each costs a pad. Further ones are left out, like those of an unknown codec.
  static constexpr std::size_t kMostTracks = 64;
  // The most bytes of a configuration that a track keeps, and that are in the caps once more. Real ones have
  // some hundred bytes.
  static constexpr std::size_t kMostConfigurationBytes = 64 << 10;

  void take_bytes(BufferPtr buffer);
  void take_tags();
  void take_media(TagType media, const FramedTag& tag, GstClockTime time);
  void take_packet(TrackPacket& packet, const FramedTag& tag, GstClockTime time);
  void take_frame(Track& track, const TrackPacket& packet, const FramedTag& tag, GstClockTime time);
  BufferPtr frame_buffer(const TrackPacket& packet, const FramedTag& tag, std::size_t prefix);
  void take_script(const FramedTag& tag, GstClockTime time);
  void take_metadata(const DataMessage& message);
  void tell_stream_tags();
  void take_data(const DataMessage& message, const FramedTag& tag, GstClockTime time);
  Track* track_of(const TrackPacket& packet, Codec codec);
  void leave_out(const TrackPacket& packet, const char* reason);
  bool update_pad(Track& track);
  void begin_segment(GstClockTime time);
  [[nodiscard]] bool has_waited(GstClockTime time) const;
  void look_for_all_pads(GstClockTime time);
  void interrupt();
  void begin_anew();  // what follows may be from another publisher
  [[nodiscard]] bool uses_buffer_times() const;

  GstElement* element_;
  DemuxSettings settings_{};
  TagFramer framer_;
  TagClock clock_;
  Streams streams_;
  std::map<unsigned, Track> tracks_;  // by medium and number
  std::set<unsigned> left_out_;       // by the same
  Announced announced_;
  AmfValue metadata_;         // the object of the last onMetaData
  TagListPtr upstream_tags_;  // those of the whole stream; may be null
  DataReporter reporter_;
  TrackPad* data_pad_ = nullptr;
  WallClock wall_clock_;
  GstClockTime first_time_ = GST_CLOCK_TIME_NONE;  // the time of the publisher's first frame, pushed or not
  GstSegment upstream_{};
  guint32 segment_seqnum_ = GST_SEQNUM_INVALID;
  GstClockTime tag_buffer_time_ = GST_CLOCK_TIME_NONE;  // the time of the last buffer that had one
  DemuxCounters counters_;
};

}  // namespace rtmp
