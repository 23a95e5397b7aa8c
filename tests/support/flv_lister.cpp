// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flv_lister.h"

namespace rtmp::test {
namespace {

// Big-endian numbers and pieces, off the front of a text; none behind its end.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char byte : piece(size)) value = value * 256 + static_cast<unsigned char>(byte);
    return value;
  }
  std::int32_t signed24() {
    const auto value = static_cast<std::int32_t>(number(3));
    return value >= 0x800000 ? value - 0x1000000 : value;
  }
  std::string_view piece(std::size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view rest() { return piece(bytes_.size()); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

constexpr std::uint32_t kAudioTag = 8, kVideoTag = 9;
constexpr std::int64_t kMillisecond = 1'000'000;

// What all frames of a tag have in common.
struct Tag {
  bool is_video;
  std::int64_t time;  // in ns
  bool key = false;
  std::int64_t later = 0;  // by how much it is presented later, in ns
};

void add(std::vector<ListedFrame>& frames, const Tag& tag, std::uint32_t track, std::int32_t composition_time,
         std::string_view bytes) {
  if (bytes.empty()) return;
  frames.push_back({(tag.is_video ? "video_" : "audio_") + std::to_string(track), tag.time,
                    tag.time + tag.later + composition_time * kMillisecond, tag.key, std::string(bytes)});
}

// A payload of an extended packet, for one track. 1: coded frames; 3, of video: the same, shown at once.
void add_extended(std::vector<ListedFrame>& frames, const Tag& tag, std::uint32_t packet_type,
                  std::string_view fourcc, std::uint32_t track, std::string_view payload) {
  Cursor data(payload);
  if (packet_type == 1) {
    const bool composes =
        tag.is_video && (fourcc == "avc1" || fourcc == "hvc1" || fourcc == "hev1" || fourcc == "vvc1");
    const std::int32_t composition_time = composes ? data.signed24() : 0;
    if (data.ok()) add(frames, tag, track, composition_time, data.rest());
  } else if (packet_type == 3 && tag.is_video) {
    add(frames, tag, track, 0, payload);
  }
}

std::vector<ListedFrame> list_extended(Tag tag, std::uint32_t packet_type, Cursor body) {
  const std::uint32_t multitrack = tag.is_video ? 6 : 5;
  constexpr std::uint32_t kModEx = 7, kManyTracks = 1, kManyCodecs = 2;
  while (packet_type == kModEx) {
    std::uint32_t size = body.number(1) + 1;
    if (size == 256) size = body.number(2) + 1;
    Cursor data(body.piece(size));
    const std::uint32_t types = body.number(1);
    if (types >> 4 == 0 && size >= 3) tag.later = data.number(3);  // TimestampOffsetNano
    packet_type = types & 15;
    if (!body.ok()) return {};
  }
  std::vector<ListedFrame> frames;
  if (packet_type != multitrack) {
    const std::string_view fourcc = body.piece(4);
    if (body.ok()) add_extended(frames, tag, packet_type, fourcc, 0, body.rest());
    return frames;
  }
  const std::uint32_t types = body.number(1);
  const std::uint32_t kind = types >> 4;
  if (kind > kManyCodecs) return {};  // in no specification
  packet_type = types & 15;
  std::string_view fourcc = kind == kManyCodecs ? std::string_view() : body.piece(4);
  while (body.ok() && !body.at_end()) {
    if (kind == kManyCodecs) fourcc = body.piece(4);
    const std::uint32_t track = body.number(1);
    const bool is_sized = kind == kManyTracks || kind == kManyCodecs;
    const std::string_view payload = is_sized ? body.piece(body.number(3)) : body.rest();
    if (body.ok()) add_extended(frames, tag, packet_type, fourcc, track, payload);
  }
  return frames;
}

std::vector<ListedFrame> list_video(Tag tag, Cursor body) {
  constexpr std::uint32_t kVp6 = 4, kVp6Alpha = 5, kAvc = 7, kHevc = 12, kCommand = 5;
  const std::uint32_t first = body.number(1);
  const std::uint32_t frame_type = first >> 4 & 7;
  tag.key = frame_type == 1;
  const bool is_extended = (first & 0x80) != 0;
  // A seek command is no frame; metadata is marked as such for all that.
  if (!body.ok() || frame_type == kCommand) return {};
  if (is_extended) return list_extended(tag, first & 15, body);
  std::vector<ListedFrame> frames;
  const std::uint32_t codec = first & 15;
  if (codec != kAvc && codec != kHevc) {
    if (codec == kVp6 || codec == kVp6Alpha) body.piece(1);  // how much of the picture is shown
    add(frames, tag, 0, 0, body.rest());
    return frames;
  }
  const std::uint32_t packet_type = body.number(1);
  const std::int32_t composition_time = body.signed24();
  if (body.ok() && packet_type == 1) add(frames, tag, 0, composition_time, body.rest());
  return frames;
}

std::vector<ListedFrame> list_audio(Tag tag, Cursor body) {
  constexpr std::uint32_t kExtended = 9, kAac = 10;
  const std::uint32_t first = body.number(1);
  tag.key = true;
  if (!body.ok()) return {};  // silence
  if (first >> 4 == kExtended) return list_extended(tag, first & 15, body);
  std::vector<ListedFrame> frames;
  const bool is_configuration = first >> 4 == kAac && body.number(1) == 0;
  if (body.ok() && !is_configuration) add(frames, tag, 0, 0, body.rest());
  return frames;
}

}  // namespace

std::vector<ListedFrame> list_frames(std::string_view tag) {
  Cursor bytes(tag);
  const std::uint32_t type = bytes.number(1) & 0x1F;
  const std::uint32_t size = bytes.number(3);
  const std::uint32_t low = bytes.number(3), high = bytes.number(1);
  bytes.piece(3);  // StreamID
  const Cursor body(bytes.piece(size));
  if (!bytes.ok() || (type != kAudioTag && type != kVideoTag)) return {};
  const Tag all{.is_video = type == kVideoTag, .time = std::int64_t{high << 24 | low} * kMillisecond};
  return all.is_video ? list_video(all, body) : list_audio(all, body);
}

}  // namespace rtmp::test
