// SPDX-License-Identifier: LGPL-2.1-or-later
#include "demuxer.h"

#include <gst/audio/audio.h>

#include <algorithm>
#include <utility>

#include "amf0_reader.h"
#include "rtmp/colors.h"
#include "rtmp/limits.h"
#include "rtmp/media_info.h"
#include "track_tags.h"

GST_DEBUG_CATEGORY_EXTERN(eflvdemux_debug);
#define GST_CAT_DEFAULT eflvdemux_debug

namespace rtmp {
namespace {

GstClockTime buffer_time(GstBuffer* buffer) {
  return GST_BUFFER_DTS_IS_VALID(buffer) ? GST_BUFFER_DTS(buffer) : GST_BUFFER_PTS(buffer);
}

GstClockTime presentation_time(GstClockTime decoding, const TrackPacket& frame) {
  const GstClockTimeDiff later = frame.composition_time * static_cast<GstClockTimeDiff>(GST_MSECOND) +
                                 static_cast<GstClockTimeDiff>(frame.nano_offset);
  if (later < 0 && static_cast<GstClockTime>(-later) > decoding) return 0;
  return decoding + static_cast<GstClockTime>(later);
}

unsigned key_of(const TrackPacket& packet) {
  return (packet.media == TagType::kVideo ? 0x100u : 0u) | packet.track;
}

}  // namespace

void Demuxer::reset() {
  framer_.reset();
  clock_.reset();
  tracks_.clear();
  streams_.clear();
  left_out_.clear();
  announced_ = {};
  metadata_ = {};
  upstream_tags_.reset();
  data_pad_ = nullptr;
  wall_clock_.reset();
  first_time_ = GST_CLOCK_TIME_NONE;
  gst_segment_init(&upstream_, GST_FORMAT_UNDEFINED);
  segment_seqnum_ = GST_SEQNUM_INVALID;
  tag_buffer_time_ = GST_CLOCK_TIME_NONE;
}

bool Demuxer::uses_buffer_times() const {
  return settings_.timestamps == DemuxTimestamps::kBuffer && upstream_.format == GST_FORMAT_TIME;
}

void Demuxer::segment_begins(EventPtr event) {
  gst_event_copy_segment(event.get(), &upstream_);
  segment_seqnum_ = gst_event_get_seqnum(event.get());
  if (uses_buffer_times())
    streams_.set_segment(std::move(event));
  else
    streams_.forget_segment();  // the first frame tells where it begins
}

// The segment of times that are not upstream's begins with the first frame, and at the running time at which
// that would have been without the demuxer.
void Demuxer::begin_segment(GstClockTime time) {
  if (streams_.has_segment()) return;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = time;
  if (upstream_.format == GST_FORMAT_TIME) {
    segment.base = gst_segment_to_running_time(&upstream_, GST_FORMAT_TIME, tag_buffer_time_);
    if (!GST_CLOCK_TIME_IS_VALID(segment.base)) segment.base = upstream_.base;
  }
  EventPtr event(gst_event_new_segment(&segment));
  if (segment_seqnum_ != GST_SEQNUM_INVALID) gst_event_set_seqnum(event.get(), segment_seqnum_);
  streams_.set_segment(std::move(event));
}

void Demuxer::gap(GstClockTime start, GstClockTime duration) {
  if (!GST_CLOCK_TIME_IS_VALID(duration)) duration = 0;
  if (!uses_buffer_times()) {
    if (!GST_CLOCK_TIME_IS_VALID(tag_buffer_time_) || start < tag_buffer_time_) return;
    start = clock_.own_time() + (start - tag_buffer_time_);
  }
  streams_.push_gap(start, start + duration);
}

void Demuxer::flush_stops() {
  framer_.reset();
  clock_.reset();
  streams_.forget_segment();
  tag_buffer_time_ = GST_CLOCK_TIME_NONE;
  interrupt();
}

void Demuxer::interrupt() {
  for (auto& [key, track] : tracks_) track.interrupt();
}

void Demuxer::begin_anew() {
  interrupt();
  wall_clock_.reset();
  left_out_.clear();
  first_time_ = GST_CLOCK_TIME_NONE;
}

GstFlowReturn Demuxer::take(BufferPtr buffer) {
  take_bytes(std::move(buffer));
  return streams_.flow();
}

// A buffer that nobody else has becomes the frame that is in it: so it must not stay in the list.
GstFlowReturn Demuxer::take(BufferListPtr buffers) {
  buffers.reset(gst_buffer_list_make_writable(buffers.release()));
  gst_buffer_list_foreach(
      buffers.get(),
      [](GstBuffer** buffer, guint, gpointer data) -> gboolean {
        auto* self = static_cast<Demuxer*>(data);
        self->take_bytes(BufferPtr(std::exchange(*buffer, nullptr)));
        return self->streams_.flow() == GST_FLOW_OK;
      },
      this);
  return streams_.flow();
}

void Demuxer::take_bytes(BufferPtr buffer) {
  if (GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT)) {
    framer_.reset();
    begin_anew();
  }
  framer_.push(std::move(buffer));
  take_tags();
}

void Demuxer::take_tags() {
  while (true) {
    const auto tag = framer_.next();
    if (const std::uint64_t passed_over = framer_.passed_over(); passed_over != counters_.passed_over) {
      counters_.passed_over = passed_over;
      for (auto& [key, track] : tracks_) track.miss_bytes();
    }
    if (!tag) break;
    if (tag->type == FramedTag::kFileHeader) {
      announced_.see_file_header(tag->body[4]);
      clock_.go_on();
      continue;
    }
    counters_.tags.fetch_add(1, std::memory_order_relaxed);
    const GstClockTime given = tag->has_times ? buffer_time(tag->buffer) : GST_CLOCK_TIME_NONE;
    const GstClockTime time = clock_.time(tag->timestamp, uses_buffer_times() ? given : GST_CLOCK_TIME_NONE);
    if (GST_CLOCK_TIME_IS_VALID(given)) tag_buffer_time_ = given;
    switch (const auto type = static_cast<TagType>(tag->type)) {
      case TagType::kAudio:
      case TagType::kVideo:
        take_media(type, *tag, time);
        break;
      case TagType::kScript:
        take_script(*tag, time);
        break;
      default:  // encrypted
        break;
    }
    look_for_all_pads(time);
  }
}

void Demuxer::take_media(TagType media, const FramedTag& tag, GstClockTime time) {
  TrackReader reader(read_media_header(media, tag.body), tag.body);
  while (auto packet = reader.next()) take_packet(*packet, tag, time);
  if (reader.malformed()) counters_.malformed.fetch_add(1, std::memory_order_relaxed);
}

void Demuxer::take_packet(TrackPacket& packet, const FramedTag& tag, GstClockTime time) {
  using Content = TrackPacket::Content;
  Codec codec = codec_of(packet);
  if (packet.content == Content::kFrame && !GST_CLOCK_TIME_IS_VALID(first_time_)) first_time_ = time;
  Track* track = track_of(packet, codec);
  if (!track) return;
  if (codec == Codec::kH263) codec = h263_or_h265(packet, track->codec());
  switch (packet.content) {
    case Content::kConfiguration:
      if (packet.payload.size() > kMostConfigurationBytes) {
        counters_.malformed.fetch_add(1, std::memory_order_relaxed);
        break;
      }
      track->configure(codec, packet.payload);
      update_pad(*track);
      break;
    case Content::kChannels:
      if (const auto channels = read_channels(packet)) track->set_channels(*channels);
      break;
    case Content::kColors:
      if (const auto colors = read_colors(packet)) track->set_colors(*colors);
      break;
    case Content::kFrame:
      track->see_frame(codec, packet, tag.body[0]);
      take_frame(*track, packet, tag, time);
      break;
    case Content::kEnd:  // more may follow all the same
    case Content::kOther:
      break;
  }
}

Track* Demuxer::track_of(const TrackPacket& packet, Codec codec) {
  const unsigned key = key_of(packet);
  if (codec == Codec::kUnknown) {
    leave_out(packet, "no caps are known for its codec");
    return nullptr;
  }
  auto found = tracks_.find(key);
  if (found == tracks_.end()) {
    if (tracks_.size() == kMostTracks) {
      leave_out(packet, "there are too many tracks already");
      return nullptr;
    }
    found = tracks_.try_emplace(key, packet.media, packet.track).first;
  }
  return &found->second;
}

// Once for each track, for the application; a stream goes on without it.
void Demuxer::leave_out(const TrackPacket& packet, const char* reason) {
  announced_.see_track(packet.media, packet.track);
  if (!left_out_.insert(key_of(packet)).second) return;
  const char* medium = packet.media == TagType::kVideo ? "video" : "audio";
  const std::string codec = codec_name(packet);
  GST_ELEMENT_WARNING(element_, STREAM, CODEC_NOT_FOUND,
                      ("Track %u of %s, %s, is left out: %s.", packet.track, medium, codec.c_str(), reason),
                      (nullptr));
  gst_element_post_message(
      element_, gst_message_new_element(
                    GST_OBJECT(element_),
                    gst_structure_new("track-left-out", "media", G_TYPE_STRING, medium, "track", G_TYPE_UINT,
                                      static_cast<guint>(packet.track), "codec", G_TYPE_STRING, codec.c_str(),
                                      "reason", G_TYPE_STRING, reason, nullptr)));
}

// Makes the pad, or changes its caps, if that is due. Whether there is a pad for frames of this format.
bool Demuxer::update_pad(Track& track) {
  CapsPtr caps = track.new_caps();
  if (!caps) return track.pad() && track.is_known();
  if (track.pad() && !track.needs_other_pad()) {
    track.pad()->set_caps(std::move(caps));
    return true;
  }
  if (track.pad()) {
    streams_.remove(*track.pad());
    track.drop_pad();
  }
  TagListPtr tags = track_tags(track.media(), track.number(), caps.get(), metadata_);
  track.set_pad(&streams_.add(track.name(), std::move(caps), std::move(tags)));
  announced_.see_track(track.media(), track.number());
  if (streams_.has_no_more_pads()) streams_.no_more_pads();
  return true;
}

// A part of what came; or all of it, where it holds nothing else.
BufferPtr Demuxer::frame_buffer(const TrackPacket& packet, const FramedTag& tag, std::size_t prefix) {
  const std::size_t at = static_cast<std::size_t>(packet.payload.data() - tag.body.data()) + prefix;
  const std::size_t size = packet.payload.size() - prefix;
  const bool is_last = at + size == tag.body.size();
  if (BufferPtr whole = is_last ? framer_.release_buffer() : nullptr) {
    gst_buffer_resize(whole.get(), static_cast<gssize>(tag.offset + at), static_cast<gssize>(size));
    return whole;
  }
  return BufferPtr(gst_buffer_copy_region(tag.buffer, GST_BUFFER_COPY_ALL, tag.offset + at, size));
}

void Demuxer::take_frame(Track& track, const TrackPacket& packet, const FramedTag& tag, GstClockTime time) {
  const std::size_t prefix = frame_prefix(track.codec());
  if (packet.payload.size() <= prefix) return;  // silence, or nothing at all
  if (!update_pad(track) || !track.passes(packet)) {
    counters_.dropped_frames.fetch_add(1, std::memory_order_relaxed);
    if (!track.pad() && has_waited(time))
      leave_out(packet, "what says its format has not come, or cannot be read");
    return;
  }
  begin_segment(time);

  BufferPtr frame = frame_buffer(packet, tag, prefix);
  GST_BUFFER_DTS(frame.get()) = time;
  GST_BUFFER_PTS(frame.get()) = presentation_time(time, packet);
  GST_BUFFER_DURATION(frame.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET(frame.get()) = GST_BUFFER_OFFSET_END(frame.get()) = GST_BUFFER_OFFSET_NONE;
  const bool delta = packet.media == TagType::kVideo && !packet.key_frame;
  GST_BUFFER_FLAG_UNSET(frame.get(), GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_DELTA_UNIT);
  if (delta) GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DELTA_UNIT);
  if (packet.disposable) GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DROPPABLE);
  if (track.take_discont()) {
    GST_BUFFER_FLAG_SET(frame.get(), GST_BUFFER_FLAG_DISCONT);
    if (const auto samples = track.pre_skip(); samples > 0)
      gst_buffer_add_audio_clipping_meta(frame.get(), GST_FORMAT_DEFAULT, samples, 0);
  }
  wall_clock_.stamp(frame.get(), time);
  counters_.frames.fetch_add(1, std::memory_order_relaxed);
  streams_.push(*track.pad(), std::move(frame));
}

void Demuxer::take_script(const FramedTag& tag, GstClockTime time) {
  const auto message = read_data_message(tag.body);
  if (!message) {
    counters_.malformed.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (message->name == "onMetaData") {
    take_metadata(*message);
    return;
  }
  if (message->name == "onFI" && !message->values.empty())
    wall_clock_.see_frame_information(message->values.front(), time);
  if (!reporter_.report(*message, time)) counters_.dropped_data.fetch_add(1, std::memory_order_relaxed);
  if (settings_.data_pads != DataPads::kNone) take_data(*message, tag, time);
}

void Demuxer::tags_come(TagListPtr tags) {
  upstream_tags_ = std::move(tags);
  tell_stream_tags();
}

void Demuxer::tell_stream_tags() {
  TagListPtr tags = stream_tags(metadata_);
  if (upstream_tags_) {
    tags.reset(gst_tag_list_merge(tags.get(), upstream_tags_.get(), GST_TAG_MERGE_KEEP));
    gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
  }
  streams_.set_tags(std::move(tags));
}

void Demuxer::take_metadata(const DataMessage& message) {
  if (message.values.empty()) return;
  metadata_ = message.values.front();
  announced_.see_metadata(metadata_);
  tell_stream_tags();
  for (auto& [key, track] : tracks_) {
    if (TrackPad* pad = track.pad())
      pad->set_tags(track_tags(track.media(), track.number(), pad->caps(), metadata_));
  }
}

void Demuxer::take_data(const DataMessage& message, const FramedTag& tag, GstClockTime time) {
  const bool json = settings_.data_pads == DataPads::kJson;
  if (!data_pad_) {
    CapsPtr caps(gst_caps_from_string(json ? "application/x-json, format=(string)flv-data"
                                           : "application/x-amf, version=(int)0"));
    data_pad_ = &streams_.add({TagType::kScript, 0, 0}, std::move(caps), nullptr);
  }
  begin_segment(time);
  BufferPtr buffer;
  if (json) {
    const std::string text = to_json(message);
    buffer.reset(gst_buffer_new_memdup(text.data(), text.size()));
  } else {
    buffer.reset(gst_buffer_copy_region(tag.buffer, GST_BUFFER_COPY_MEMORY, tag.offset, tag.body.size()));
  }
  GST_BUFFER_PTS(buffer.get()) = GST_BUFFER_DTS(buffer.get()) = time;
  streams_.push(*data_pad_, std::move(buffer));
}

bool Demuxer::has_waited(GstClockTime time) const {
  return GST_CLOCK_TIME_IS_VALID(first_time_) && time >= first_time_ &&
         time - first_time_ >= settings_.track_wait_ms * GST_MSECOND;
}

void Demuxer::look_for_all_pads(GstClockTime time) {
  if (streams_.has_no_more_pads() || streams_.empty()) return;
  if (has_waited(time) || announced_.complete()) streams_.no_more_pads();
}

void Demuxer::end() {
  framer_.end();
  take_tags();
  begin_segment(0);  // EOS must not be in front of it
  const bool any = std::ranges::any_of(tracks_, [](const auto& track) { return track.second.pad(); });
  if (!any) streams_.add_missing();
  if (!streams_.has_no_more_pads()) streams_.no_more_pads();
}

}  // namespace rtmp
