// SPDX-License-Identifier: LGPL-2.1-or-later
#include "statistics.h"

#include "rtmp/limits.h"
#include "rtmp/tracks.h"
#include "structure_fields.h"

namespace rtmp {
namespace {

// Ignores values that are not possible, because a double from the wire may be anything.
double positive_or(double otherwise, const MetadataField& field) {
  const auto* number = std::get_if<double>(&field.value);
  return number && *number > 0 && *number <= limits::kMaxVideoSide ? *number : otherwise;
}

std::string first_codec(const TrackTable& tracks) {
  return tracks.empty() ? std::string() : tracks.begin()->second.codec();
}

// rtmp2src has the first four fields as unsigned integers, too.
void set_connection(GstStructure* structure, const ConnectionCounters& counters) {
  set_uint(structure, "in-chunk-size", counters.in_chunk_size.get());
  set_uint(structure, "out-chunk-size", counters.out_chunk_size.get());
  set_uint(structure, "in-window-ack-size", counters.in_window_ack_size.get());
  set_uint(structure, "out-window-ack-size", counters.out_window_ack_size.get());
  set_uint64(structure, "in-bytes-total", counters.in_bytes_total.get());
  set_uint64(structure, "out-bytes-total", counters.out_bytes_total.get());
  set_uint64(structure, "in-bytes-acked", counters.in_bytes_acked.get());
  set_uint64(structure, "out-bytes-acked", counters.out_bytes_acked.get());
  set_uint64(structure, "malformed", counters.malformed.get());
  set_uint64(structure, "dropped-empty-video", counters.empty_video.get());
  set_uint64(structure, "dropped-one-byte-audio", counters.one_byte_audio.get());
  set_uint64(structure, "dropped-not-script-data", counters.not_script_data.get());
  set_uint64(structure, "dropped-descriptions", counters.descriptions.get());
  set_uint64(structure, "dropped-surplus-end-of-sequence", counters.surplus_ends.get());
}

// Nearly all tags are like that.
bool is_plain_frame(const MediaHeader& header) {
  return !header.extended && header.tracks == MediaHeader::Tracks::kPlain &&
         header.content == MediaHeader::Content::kFrame;
}

}  // namespace

void Statistics::starting() {
  std::lock_guard lock(mutex_);
  stream_ = {};
  port_.reset();
  publishing_ = false;
  accepted_ = rejected_ = 0;
  for (Counter* counter :
       {&counters.before_key_frame, &counters.ends_of_sequence, &counters.repeated_metadata,
        &counters.clock_corrections, &counters.last_clock_correction})
    counter->set(0);
}

void Statistics::listening(std::shared_ptr<const PortCounters> port) {
  std::lock_guard lock(mutex_);
  port_ = std::move(port);
}

void Statistics::rejected(const PublishRequest&, Rejection) {
  std::lock_guard lock(mutex_);
  ++rejected_;
}

void Statistics::publish_started(const PublishRequest& request) {
  std::lock_guard lock(mutex_);
  stream_ = {.request = request};
  publishing_ = true;
  ++accepted_;
}

void Statistics::publish_ended(const PublishRequest&, EndReason) {
  std::lock_guard lock(mutex_);
  publishing_ = false;
}

// A burst of hundreds of tags takes the lock and reads the clocks once.
void Statistics::tags(std::span<const PublishedTag> tags) {
  std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const PublishedTag& published : tags) {
    count(published.tag);
    bytes += published.tag.bytes().size();
  }
  stream_.bitrate.add(bytes, g_get_monotonic_time());
  stream_.last_tag = g_get_real_time();
}

void Statistics::count(const Tag& tag) {
  Kind& kind = tag.type() == TagType::kVideo   ? stream_.video
               : tag.type() == TagType::kAudio ? stream_.audio
                                               : stream_.script;
  ++kind.tags;
  kind.bytes += tag.bytes().size();
  if (tag.kind() == TagKind::kKeyFrame) ++stream_.key_frames;
  if (tag.header().has_nano_offset) ++stream_.nano_offsets;
  take_tracks(tag);
}

void Statistics::take_tracks(const Tag& tag) {
  TrackTable& tracks = tag.type() == TagType::kVideo ? stream_.video_tracks : stream_.audio_tracks;
  if (const MediaHeader& header = tag.header(); is_plain_frame(header) && !tracks.empty()) {
    // Its number is 0, so it is the first if it is there.
    auto& [number, track] = *tracks.begin();
    if (number == 0 && !track.codec().empty()) {
      track.add_frame(tag.body().size() - header.size, header.kind == TagKind::kKeyFrame);
      if (header.media == TagType::kVideo) stream_.measured_rate.add(tag.timestamp());
      return;
    }
  }
  TrackReader reader(tag);
  while (const auto packet = reader.next()) {
    TrackStatistics& track = tracks[packet->track];
    track.add(*packet);
    const bool first = packet->track == tracks.begin()->first;
    if (first && tag.type() == TagType::kVideo && packet->content == TrackPacket::Content::kFrame)
      stream_.measured_rate.add(tag.timestamp());
    if (!first || packet->content != TrackPacket::Content::kConfiguration || !track.size()) continue;
    stream_.width = track.size()->width;
    stream_.height = track.size()->height;
  }
}

bool Statistics::described(const PublishRequest&, const Metadata& metadata) {
  std::lock_guard lock(mutex_);
  for (const MetadataField& field : metadata) {
    if (field.name == "width") stream_.width = static_cast<guint>(positive_or(stream_.width, field));
    if (field.name == "height") stream_.height = static_cast<guint>(positive_or(stream_.height, field));
    if (field.name == "framerate") stream_.frame_rate = positive_or(stream_.frame_rate, field);
  }
  return true;
}

GstStructure* Statistics::to_structure() const {
  GstStructure* structure = gst_structure_new_empty("GstRtmp2ServerSrcStats");
  std::lock_guard lock(mutex_);
  set_uint64(structure, "accepted", accepted_);
  set_uint64(structure, "rejected", rejected_);
  set_boolean(structure, "publishing", publishing_);
  set_uint64(structure, "port-connections", port_ ? port_->connections.get() : 0);
  set_uint64(structure, "port-accepted", port_ ? port_->accepted.get() : 0);
  set_uint64(structure, "port-refused", port_ ? port_->refused.get() : 0);
  set_uint64(structure, "queue-bytes", counters.queue.bytes.get());
  set_uint64(structure, "queue-tags", counters.queue.tags.get());
  set_uint64(structure, "dropped-before-key-frame", counters.before_key_frame.get());
  set_uint64(structure, "dropped-end-of-sequence", counters.ends_of_sequence.get());
  set_uint64(structure, "dropped-repeated-metadata", counters.repeated_metadata.get());
  set_uint64(structure, "clock-corrections", counters.clock_corrections.get());
  set_int64(structure, "last-clock-correction",
            static_cast<std::int64_t>(counters.last_clock_correction.get()));
  if (!stream_.request.counters) return structure;

  set_peer(structure, stream_.request.peer);
  set_string(structure, "application", stream_.request.application);
  set_string(structure, "stream-key", stream_.request.stream_key);
  set_string(structure, "encoder", stream_.request.flash_version);
  set_string(structure, "video-codec", first_codec(stream_.video_tracks));
  set_string(structure, "audio-codec", first_codec(stream_.audio_tracks));
  set_uint(structure, "width", stream_.width);
  set_uint(structure, "height", stream_.height);
  set_double(structure, "framerate", stream_.frame_rate);
  set_double(structure, "measured-framerate", stream_.measured_rate.frames_per_second());
  set_int64(structure, "last-tag-time", stream_.last_tag);
  set_uint64(structure, "video-tags", stream_.video.tags);
  set_uint64(structure, "video-bytes", stream_.video.bytes);
  set_uint64(structure, "key-frames", stream_.key_frames);
  set_uint64(structure, "audio-tags", stream_.audio.tags);
  set_uint64(structure, "audio-bytes", stream_.audio.bytes);
  set_uint64(structure, "script-tags", stream_.script.tags);
  set_uint64(structure, "script-bytes", stream_.script.bytes);
  set_uint64(structure, "nano-offsets", stream_.nano_offsets);
  set_tracks(structure, "video-tracks", stream_.video_tracks);
  set_tracks(structure, "audio-tracks", stream_.audio_tracks);
  set_uint64(structure, "bitrate", stream_.bitrate.bits_per_second(g_get_monotonic_time()));
  set_connection(structure, *stream_.request.counters);
  return structure;
}

}  // namespace rtmp
