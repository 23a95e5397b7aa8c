// SPDX-License-Identifier: LGPL-2.1-or-later
#include "long_stream.h"

#include <algorithm>

#include "script.h"

namespace rtmp::test {
namespace {

constexpr std::uint64_t kGroup = 60;
constexpr std::uint32_t kExtended = 0xFFFFFF;

std::uint64_t time_of(std::uint64_t number, FrameRate rate) {
  return (2 * number * rate.ms + rate.frames) / (2 * rate.frames);
}

Bytes body(const char* head, std::size_t size) {
  Bytes bytes = wire(head);
  while (bytes.size() < size) bytes.push_back(static_cast<std::uint8_t>(bytes.size() * 7));
  return bytes;
}

}  // namespace

LongStream::LongStream(const LongStreamSpec& spec)
    : spec_(spec), video_time_(spec.start), audio_time_(spec.start) {}

LongStream::Frame LongStream::next() {
  if (audio_time_ >= spec_.end) return next_video();
  if (video_time_ >= spec_.end) return next_audio();
  const auto sent = static_cast<std::int64_t>(audio_time_) - spec_.audio_ahead;
  return sent < static_cast<std::int64_t>(video_time_) ? next_audio() : next_video();
}

LongStream::Frame LongStream::next_video() {
  static const Bytes key = body("17 01 000000", 300);
  static const Bytes inter = body("27 01 000000", 12);
  static const Bytes longer = body("27 01 000000", 20);
  const std::uint64_t number = video_number_++;
  const std::uint64_t time = video_time_;
  video_time_ = spec_.start + time_of(video_number_, spec_.video);
  return {MessageType::kVideo, time, number % kGroup == 0 ? key : number % 4 == 0 ? longer : inter};
}

LongStream::Frame LongStream::next_audio() {
  static const Bytes frame = body("AF 01", 8);
  static const Bytes longer = body("AF 01", 9);
  const std::uint64_t number = audio_number_++;
  const std::uint64_t time = audio_time_;
  audio_time_ = spec_.start + time_of(audio_number_, spec_.audio);
  return {MessageType::kAudio, time, number % 5 == 0 ? longer : frame};
}

void EncoderChunks::write(ByteWriter& out, MessageType type, std::uint32_t time,
                          std::span<const std::uint8_t> body) {
  ChunkHead head{
      .chunk_stream = type == MessageType::kAudio ? encoder_.audio_chunk_stream : encoder_.video_chunk_stream,
      .time = time,
      .length = body.size(),
      .type = type,
      .stream = 1};
  Last& last = last_[head.chunk_stream];
  const bool back = time < last.time;
  if (last.any && encoder_.time != Encoder::Time::kAbsolute &&
      (!back || encoder_.time == Encoder::Time::kAllDeltas)) {
    head.time = time - last.time;
    const bool same_form = last.type == type && last.length == body.size();
    head.format = !same_form ? 1 : encoder_.repeats_deltas && head.time == last.field ? 3 : 2;
  }
  last = {true, type, body.size(), time, head.time};

  const bool differs = head.time >= kExtended && encoder_.on_type_3 != Encoder::Extended::kRepeated;
  for (std::size_t sent = 0; sent < body.size(); sent += chunk_size_) {
    const auto payload = body.subspan(sent, std::min(chunk_size_, body.size() - sent));
    if (sent > 0) head.format = 3;
    if (head.format != 3 || !differs) {
      append_chunk(out, head, payload);
      continue;
    }
    append_chunk(out, {.format = 3, .chunk_stream = head.chunk_stream}, {});
    if (encoder_.on_type_3 == Encoder::Extended::kZero) out.be32(0);
    out.append(payload);
  }
}

}  // namespace rtmp::test
