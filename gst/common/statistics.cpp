// SPDX-License-Identifier: LGPL-2.1-or-later
#include "statistics.h"

#include "rtmp/limits.h"
#include "text.h"

namespace rtmp {
namespace {

// What cannot be is passed over: a double from the wire may be anything.
double positive_or(double otherwise, const MetadataField& field) {
  const auto* number = std::get_if<double>(&field.value);
  return number && *number > 0 && *number <= limits::kMaxVideoSide ? *number : otherwise;
}

void set(GstStructure* structure, const char* name, const std::string& text) {
  gst_structure_set(structure, name, G_TYPE_STRING, to_utf8(text).get(), nullptr);
}

void set(GstStructure* structure, const char* name, guint64 number) {
  gst_structure_set(structure, name, G_TYPE_UINT64, number, nullptr);
}

void set(GstStructure* structure, const char* name, const Counter& counter) {
  set(structure, name, counter.get());
}

std::string first_codec(const TrackTable& tracks) {
  return tracks.empty() ? std::string() : tracks.begin()->second.codec();
}

// rtmp2src has these as unsigned integers.
void set_uint(GstStructure* structure, const char* name, const Counter& counter) {
  gst_structure_set(structure, name, G_TYPE_UINT, static_cast<guint>(counter.get()), nullptr);
}

void set_connection(GstStructure* structure, const ConnectionCounters& counters) {
  set_uint(structure, "in-chunk-size", counters.in_chunk_size);
  set_uint(structure, "out-chunk-size", counters.out_chunk_size);
  set_uint(structure, "in-window-ack-size", counters.in_window_ack_size);
  set_uint(structure, "out-window-ack-size", counters.out_window_ack_size);
  set(structure, "in-bytes-total", counters.in_bytes_total);
  set(structure, "out-bytes-total", counters.out_bytes_total);
  set(structure, "in-bytes-acked", counters.in_bytes_acked);
  set(structure, "out-bytes-acked", counters.out_bytes_acked);
  set(structure, "malformed", counters.malformed);
  set(structure, "dropped-empty-video", counters.empty_video);
  set(structure, "dropped-one-byte-audio", counters.one_byte_audio);
  set(structure, "dropped-not-script-data", counters.not_script_data);
  set(structure, "dropped-descriptions", counters.descriptions);
  set(structure, "dropped-surplus-end-of-sequence", counters.surplus_ends);
}

}  // namespace

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

void Statistics::reset() {
  std::lock_guard lock(mutex_);
  stream_ = {};
  publishing_ = false;
  accepted_ = rejected_ = 0;
  before_key_frame.set(0);
  ends_of_sequence.set(0);
  repeated_metadata.set(0);
  clock_corrections.set(0);
  last_clock_correction.set(0);
}

void Statistics::added(const PublishRequest& request) {
  std::lock_guard lock(mutex_);
  stream_ = {.request = request};
  publishing_ = true;
  ++accepted_;
}

void Statistics::removed() {
  std::lock_guard lock(mutex_);
  publishing_ = false;
}

void Statistics::rejected() {
  std::lock_guard lock(mutex_);
  ++rejected_;
}

// Returns its size.
std::size_t Statistics::count(const Tag& tag) {
  const std::size_t size = tag.bytes().size();
  Kind& kind = tag.type() == TagType::kVideo   ? stream_.video
               : tag.type() == TagType::kAudio ? stream_.audio
                                               : stream_.script;
  ++kind.tags;
  kind.bytes += size;
  take_tracks(tag);
  return size;
}

void Statistics::count_time(std::size_t bytes) {
  stream_.bitrate.add(bytes, g_get_monotonic_time());
  stream_.last_tag = g_get_real_time();
}

void Statistics::take_tracks(const Tag& tag) {
  const bool key_frame = tag.kind() == TagKind::kKeyFrame;
  if (key_frame) ++stream_.key_frames;
  TrackTable& tracks = tag.type() == TagType::kVideo ? stream_.video_tracks : stream_.audio_tracks;
  TrackReader reader(tag);
  if (reader.nano_offset()) ++stream_.nano_offsets;
  while (const auto packet = reader.next()) {
    TrackStatistics& track = tracks[packet->track];
    track.add(*packet, key_frame);
    const bool first = packet->track == tracks.begin()->first;
    if (!first || packet->content != TrackPacket::Content::kConfiguration || !track.size()) continue;
    stream_.width = track.size()->width;
    stream_.height = track.size()->height;
  }
}

void Statistics::described(const Metadata& metadata) {
  std::lock_guard lock(mutex_);
  for (const MetadataField& field : metadata) {
    if (field.name == "width") stream_.width = static_cast<guint>(positive_or(stream_.width, field));
    if (field.name == "height") stream_.height = static_cast<guint>(positive_or(stream_.height, field));
    if (field.name == "framerate") stream_.frame_rate = positive_or(stream_.frame_rate, field);
  }
}

GstStructure* Statistics::to_structure() const {
  GstStructure* structure = gst_structure_new_empty("GstRtmp2ServerSrcStats");
  std::lock_guard lock(mutex_);
  set(structure, "accepted", accepted_);
  set(structure, "rejected", rejected_);
  gst_structure_set(structure, "publishing", G_TYPE_BOOLEAN, publishing_, nullptr);
  set(structure, "queue-bytes", queue.bytes);
  set(structure, "queue-tags", queue.tags);
  set(structure, "dropped-before-key-frame", before_key_frame);
  set(structure, "dropped-end-of-sequence", ends_of_sequence);
  set(structure, "dropped-repeated-metadata", repeated_metadata);
  set(structure, "clock-corrections", clock_corrections);
  gst_structure_set(structure, "last-clock-correction", G_TYPE_INT64,
                    static_cast<gint64>(last_clock_correction.get()), nullptr);
  if (!stream_.request.counters) return structure;

  GSocketAddress* address = to_socket_address(stream_.request.peer);
  gst_structure_set(structure, "address", G_TYPE_SOCKET_ADDRESS, address, nullptr);
  g_clear_object(&address);
  set(structure, "application", stream_.request.application);
  set(structure, "stream-key", stream_.request.stream_key);
  set(structure, "encoder", stream_.request.flash_version);
  set(structure, "video-codec", first_codec(stream_.video_tracks));
  set(structure, "audio-codec", first_codec(stream_.audio_tracks));
  gst_structure_set(structure, "width", G_TYPE_UINT, stream_.width, "height", G_TYPE_UINT, stream_.height,
                    "framerate", G_TYPE_DOUBLE, stream_.frame_rate, "last-tag-time", G_TYPE_INT64,
                    stream_.last_tag, nullptr);
  set(structure, "video-tags", stream_.video.tags);
  set(structure, "video-bytes", stream_.video.bytes);
  set(structure, "key-frames", stream_.key_frames);
  set(structure, "audio-tags", stream_.audio.tags);
  set(structure, "audio-bytes", stream_.audio.bytes);
  set(structure, "script-tags", stream_.script.tags);
  set(structure, "script-bytes", stream_.script.bytes);
  set(structure, "nano-offsets", stream_.nano_offsets);
  set_tracks(structure, "video-tracks", stream_.video_tracks);
  set_tracks(structure, "audio-tracks", stream_.audio_tracks);
  set(structure, "bitrate", stream_.bitrate.bits_per_second(g_get_monotonic_time()));
  set_connection(structure, *stream_.request.counters);
  return structure;
}

}  // namespace rtmp
