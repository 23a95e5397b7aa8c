// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/media_info.h"

#include <algorithm>
#include <string_view>

#include "avc_sps.h"
#include "ex_header.h"
#include "flv_format.h"
#include "hevc_sps.h"

namespace rtmp {
namespace {

std::string name_of_fourcc(std::string_view fourcc) {
  static constexpr struct {
    std::string_view fourcc;
    const char* name;
  } kNames[] = {
      {"avc1", "H.264"}, {"hvc1", "H.265"},  {"vvc1", "H.266"}, {"av01", "AV1"},
      {"vp08", "VP8"},   {"vp09", "VP9"},    {"Opus", "Opus"},  {".mp3", "MP3"},
      {"ac-3", "AC-3"},  {"ec-3", "E-AC-3"}, {"fLaC", "FLAC"},  {"mp4a", "AAC"},
  };
  for (const auto& known : kNames) {
    if (known.fourcc == fourcc) return known.name;
  }
  std::string text(fourcc);
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '.');
  return text;
}

// Ids are four bits wide. Null: one without a name.
std::string name_of_id(const char* const (&names)[16], unsigned id) {
  return names[id] ? names[id] : "id " + std::to_string(id);
}

std::string video_codec(std::span<const std::uint8_t> body) {
  // 12 and 13 are of encoders and servers in the field.
  static constexpr const char* kNames[16] = {
      nullptr, nullptr, "Sorenson H.263", "Screen video", "VP6",   "VP6 with alpha", "Screen video 2",
      "H.264", nullptr, nullptr,          nullptr,        nullptr, "H.265",          "AV1"};
  const bool command = frame_type(body[0]) == kFrameTypeCommand;
  if (body[0] & kVideoExtended) {
    const ExHeader header = read_ex_header(body, kVideoExMultitrack);
    // D4 "hvc1" ...     metadata looks like a command (FFmpeg), and has a FourCC all the same
    return command && header.packet_type != kVideoExMetadata ? std::string() : name_of_fourcc(header.fourcc);
  }
  if (command) return {};
  return name_of_id(kNames, body[0] & 0x0F);
}

std::string audio_codec(std::span<const std::uint8_t> body) {
  // Three of Nellymoser, by rate; of MP3 and PCM two each.
  static constexpr const char* kNames[16] = {
      "PCM",          "ADPCM", "MP3", "PCM",   "Nellymoser", "Nellymoser", "Nellymoser", "G.711 A-law",
      "G.711 mu-law", nullptr, "AAC", "Speex", nullptr,      nullptr,      "MP3",        nullptr};
  const unsigned format = body[0] >> 4;
  if (format == kFormatExtended) return name_of_fourcc(read_ex_header(body, kAudioExMultitrack).fourcc);
  return name_of_id(kNames, format);
}

}  // namespace

std::string codec_name(const Tag& tag) {
  const auto body = tag.body();
  if (body.empty() || tag.type() == TagType::kScript) return {};
  return tag.type() == TagType::kVideo ? video_codec(body) : audio_codec(body);
}

std::optional<VideoSize> video_size(const Tag& tag) {
  const auto body = tag.body();
  if (tag.type() != TagType::kVideo || tag.kind() != TagKind::kSequenceHeader || body.empty()) return {};
  if (body[0] & kVideoExtended) {
    const ExHeader header = read_ex_header(body, kVideoExMultitrack);
    if (header.packet_type != kExSequenceStart) return {};
    if (header.fourcc == "avc1") return avc_record_size(header.payload);
    if (header.fourcc == "hvc1") return hevc_record_size(header.payload);
    return {};
  }
  // 17 00 000000  record     frame type and codec; packet type; composition time
  constexpr std::size_t kHeader = 5;
  if (body.size() < kHeader) return {};
  const auto record = body.subspan(kHeader);
  switch (body[0] & 0x0F) {
    case kCodecAvc:
      return avc_record_size(record);
    case kCodecHevc:
      return hevc_record_size(record);
    default:
      return {};
  }
}

}  // namespace rtmp
