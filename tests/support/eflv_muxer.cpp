// SPDX-License-Identifier: LGPL-2.1-or-later
#include "eflv_muxer.h"

#include <algorithm>

namespace rtmp::test {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

// Packet types of an extended header.
enum : unsigned { kSequenceStart = 0, kCodedFrames = 1, kCodedFramesX = 3, kModEx = 7 };

std::string bytes_of(std::size_t size, std::int64_t value) {
  std::string bytes;
  while (size-- > 0) bytes += static_cast<char>(value >> (8 * size) & 0xFF);
  return bytes;
}
std::string byte(unsigned value) { return bytes_of(1, value); }

bool is_multitrack(TagForm form) { return form >= TagForm::kOneTrack; }

// What a message has for one track.
struct Part {
  const MuxedStream* stream;
  unsigned track;
  std::string payload{};
};

struct Message {
  MessageType medium;
  unsigned packet_type;
  bool key;
  std::int64_t time;  // in ns
  std::vector<Part> parts;
};

// Classic headers know one track.
std::string classic_body(const Message& message) {
  const Part& part = message.parts[0];
  const unsigned id = part.stream->classic_id.value();
  if (message.medium == MessageType::kVideo)
    return byte((message.key ? 0x10u : 0x20u) | id) + byte(message.packet_type) + part.payload;
  constexpr unsigned kAac = 10, kFlags = 0x0F;  // 44 kHz, 16 bits, stereo: AAC's are always these
  std::string body = byte(id << 4 | kFlags);
  if (id == kAac) body += byte(message.packet_type);
  return body + part.payload;
}

std::string extended_body(const Message& message, TagForm form) {
  const bool is_video = message.medium == MessageType::kVideo;
  const unsigned first = is_video ? 0x80u | (message.key ? 0x10u : 0x20u) : 0x90u;
  const unsigned multitrack = is_video ? 6 : 5;
  if (is_multitrack(form)) {
    const auto kind = static_cast<unsigned>(form) - static_cast<unsigned>(TagForm::kOneTrack);
    std::string body = byte(first | multitrack) + byte(kind << 4 | message.packet_type);
    if (form != TagForm::kManyCodecs) body += message.parts[0].stream->fourcc;
    for (const Part& part : message.parts) {
      if (form == TagForm::kManyCodecs) body += part.stream->fourcc;
      body += byte(part.track);
      if (form != TagForm::kOneTrack) body += bytes_of(3, static_cast<std::int64_t>(part.payload.size()));
      body += part.payload;
    }
    return body;
  }
  std::string body = byte(first | message.packet_type);
  if (form == TagForm::kNano && message.packet_type != kSequenceStart) {
    // Three bytes of data (less 1); what they are (0: nanoseconds) and the packet type come behind them.
    body =
        byte(first | kModEx) + byte(2) + bytes_of(3, message.time % kMillisecond) + byte(message.packet_type);
  }
  return body + message.parts[0].stream->fourcc + message.parts[0].payload;
}

Sent sent(const Message& message, TagForm form) {
  return {message.medium, static_cast<std::uint32_t>(message.time / kMillisecond),
          form == TagForm::kClassic ? classic_body(message) : extended_body(message, form)};
}

// Whether a composition time is in front of coded frames.
bool composes(const MuxedStream& stream) { return stream.fourcc == "avc1" || stream.fourcc == "hvc1"; }

std::string composition_time(const AccessUnit& unit) {
  return bytes_of(3, (unit.pts - unit.dts + kMillisecond / 2) / kMillisecond);
}

// A sequence start of these tracks.
Message start_of(const std::vector<Part>& tracks, TagForm form) {
  Message message{tracks[0].stream->medium, kSequenceStart, true, 0, tracks};
  for (Part& part : message.parts) {
    const bool is_classic_video = form == TagForm::kClassic && message.medium == MessageType::kVideo;
    part.payload = (is_classic_video ? bytes_of(3, 0) : "") + part.stream->configuration.value();
  }
  return message;
}

Message unit_of(const std::vector<Part>& tracks, std::size_t index, TagForm form) {
  const AccessUnit& first = tracks[0].stream->units[index];
  const bool is_immediate = form != TagForm::kClassic && tracks.size() == 1 && composes(*tracks[0].stream) &&
                            first.pts == first.dts;
  Message message{tracks[0].stream->medium, is_immediate ? kCodedFramesX : kCodedFrames, first.key, first.dts,
                  tracks};
  for (Part& part : message.parts) {
    const AccessUnit& unit = part.stream->units[index];
    part.payload = (composes(*part.stream) && !is_immediate ? composition_time(unit) : "") + unit.bytes;
  }
  return message;
}

// The tracks of a medium, each for itself or all together.
std::vector<std::vector<Part>> groups(const std::vector<MuxedStream>& streams, TagForm form) {
  std::vector<std::vector<Part>> groups;
  for (const MessageType medium : {MessageType::kVideo, MessageType::kAudio}) {
    unsigned track = 0;
    std::vector<Part> together;
    for (const MuxedStream& stream : streams) {
      if (stream.medium != medium) continue;
      together.push_back({&stream, track++});
      if (form < TagForm::kManyTracks) groups.push_back({together.back()});
    }
    if (form >= TagForm::kManyTracks && !together.empty()) groups.push_back(together);
  }
  return groups;
}

}  // namespace

std::vector<Sent> mux(const std::vector<MuxedStream>& streams, TagForm form) {
  std::vector<Sent> starts;
  std::vector<Message> units;
  for (const std::vector<Part>& tracks : groups(streams, form)) {
    if (tracks[0].stream->configuration) starts.push_back(sent(start_of(tracks, form), form));
    std::size_t count = tracks[0].stream->units.size();
    for (const Part& part : tracks) count = std::min(count, part.stream->units.size());
    for (std::size_t i = 0; i < count; ++i) units.push_back(unit_of(tracks, i, form));
  }
  std::ranges::stable_sort(units, {}, &Message::time);
  for (const Message& unit : units) starts.push_back(sent(unit, form));
  return starts;
}

}  // namespace rtmp::test
