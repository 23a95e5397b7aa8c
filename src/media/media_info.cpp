// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/media_info.h"

#include <string_view>

#include "flv_format.h"
#include "rtmp/codec/av1.h"
#include "rtmp/codec/avc.h"
#include "rtmp/codec/hevc.h"
#include "rtmp/codec/vpx.h"
#include "rtmp/codec/vvc.h"
#include "text.h"

namespace rtmp {
namespace {

std::string name_of_fourcc(std::string_view fourcc) {
  static constexpr struct {
    std::string_view fourcc;
    const char* name;
  } kNames[] = {
      {"avc1", "H.264"},  {"hvc1", "H.265"}, {"hev1", "H.265"}, {"vvc1", "H.266"}, {"av01", "AV1"},
      {"vp08", "VP8"},    {"vp09", "VP9"},   {"Opus", "Opus"},  {".mp3", "MP3"},   {"ac-3", "AC-3"},
      {"ec-3", "E-AC-3"}, {"fLaC", "FLAC"},  {"mp4a", "AAC"},
  };
  for (const auto& known : kNames) {
    if (known.fourcc == fourcc) return known.name;
  }
  return printable(fourcc);
}

// Ids have four bits. Null stands for an id without a name.
std::string name_of_id(const char* const (&names)[16], unsigned id) {
  return names[id] ? names[id] : "id " + std::to_string(id);
}

std::string video_codec(unsigned id) {
  // 12 and 13 are in no specification, but encoders and servers send them.
  static constexpr const char* kNames[16] = {
      nullptr, nullptr, "Sorenson H.263", "Screen video", "VP6",   "VP6 with alpha", "Screen video 2",
      "H.264", nullptr, nullptr,          nullptr,        nullptr, "H.265",          "AV1"};
  return name_of_id(kNames, id);
}

std::string audio_codec(unsigned format) {
  // Nellymoser has three formats, by rate. MP3 and PCM have two each.
  static constexpr const char* kNames[16] = {
      "PCM",          "ADPCM", "MP3", "PCM",   "Nellymoser", "Nellymoser", "Nellymoser", "G.711 A-law",
      "G.711 mu-law", nullptr, "AAC", "Speex", nullptr,      nullptr,      "MP3",        nullptr};
  return name_of_id(kNames, format);
}

// The video codecs (2 to 7) and sound formats (0 to 8, 10, 11, 14) of FLV 10.1, a bit each.
constexpr unsigned kFlvVideoCodecs = 0x00FC;
constexpr unsigned kFlvSoundFormats = 0x4DFF;

template <typename Config>
std::optional<VideoSize> size_of(const std::optional<Config>& config) {
  if (!config || !config->picture) return std::nullopt;
  return config->picture->size;
}

}  // namespace

std::string codec_name(const TrackPacket& packet) {
  if (!packet.fourcc.empty()) return name_of_fourcc(packet.fourcc);
  return packet.media == TagType::kVideo ? video_codec(packet.codec_id) : audio_codec(packet.codec_id);
}

bool has_codec_beyond_flv(const MediaHeader& header) {
  if (header.extended) return true;
  if (header.tracks == MediaHeader::Tracks::kNone) return false;
  const unsigned known = header.media == TagType::kVideo ? kFlvVideoCodecs : kFlvSoundFormats;
  return (known >> header.codec_id & 1) == 0;
}

std::optional<std::string> codec_beyond_flv(const Tag& tag) {
  if (!has_codec_beyond_flv(tag.header())) return std::nullopt;
  const auto packet = TrackReader(tag).next();
  if (tag.header().extended) {
    const std::string what =
        packet ? printable(packet->fourcc) + " (" + codec_name(*packet) + ")" : "a command";
    return what + " as Enhanced RTMP";
  }
  return codec_name(*packet) + " as codec " + std::to_string(packet->codec_id);
}

std::optional<VideoSize> video_size(const TrackPacket& packet) {
  if (packet.media != TagType::kVideo || packet.content != TrackPacket::Content::kConfiguration) return {};
  const bool classic = packet.fourcc.empty();
  if (classic ? packet.codec_id == kCodecAvc : packet.fourcc == "avc1")
    return size_of(read_avc_config(packet.payload));
  if (classic ? packet.codec_id == kCodecHevc : packet.fourcc == "hvc1" || packet.fourcc == "hev1")
    return size_of(read_hevc_config(packet.payload));
  return {};
}

std::optional<VideoSize> announced_size(const TrackPacket& packet) {
  using Content = TrackPacket::Content;
  if (const auto size = video_size(packet)) return size;
  const auto of_sequence = [](const std::optional<Av1Sequence>& sequence) {
    return sequence ? std::optional(sequence->picture.size) : std::nullopt;
  };
  if (packet.media == TagType::kVideo && packet.content == Content::kConfiguration) {
    if (packet.fourcc == "vvc1") {
      const auto config = read_vvc_config(packet.payload);
      return config ? config->size : std::nullopt;
    }
    if (packet.fourcc == "av01") {
      const auto config = read_av1_config(packet.payload);
      return config ? of_sequence(config->sequence) : std::nullopt;
    }
  }
  if (packet.media == TagType::kVideo && packet.content == Content::kFrame && packet.key_frame) {
    if (packet.fourcc == "av01") return of_sequence(read_av1_sequence(packet.payload));
    const auto frame = packet.fourcc == "vp08"   ? read_vp8_key_frame(packet.payload)
                       : packet.fourcc == "vp09" ? read_vp9_key_frame(packet.payload)
                                                 : std::nullopt;
    if (frame) return frame->picture.size;
  }
  return {};
}

}  // namespace rtmp
