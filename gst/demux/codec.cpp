// SPDX-License-Identifier: LGPL-2.1-or-later
#include "codec.h"

#include <string_view>

#include "rtmp/codec/hevc.h"

namespace rtmp {
namespace {

Codec of_fourcc(TagType media, std::string_view fourcc) {
  static constexpr struct {
    TagType media;
    std::string_view fourcc;
    Codec codec;
  } kCodecs[] = {
      {TagType::kVideo, "avc1", Codec::kH264}, {TagType::kVideo, "hvc1", Codec::kH265},
      {TagType::kVideo, "hev1", Codec::kH265}, {TagType::kVideo, "vvc1", Codec::kH266},
      {TagType::kVideo, "av01", Codec::kAv1},  {TagType::kVideo, "vp08", Codec::kVp8},
      {TagType::kVideo, "vp09", Codec::kVp9},  {TagType::kAudio, "mp4a", Codec::kAac},
      {TagType::kAudio, ".mp3", Codec::kMp3},  {TagType::kAudio, "Opus", Codec::kOpus},
      {TagType::kAudio, "fLaC", Codec::kFlac}, {TagType::kAudio, "ac-3", Codec::kAc3},
      {TagType::kAudio, "ec-3", Codec::kEac3},
  };
  for (const auto& known : kCodecs)
    if (known.media == media && known.fourcc == fourcc) return known.codec;
  return Codec::kUnknown;
}

// The codec ids of video (FLV 10.1, annex E.4.3.1). 8, 9 and 12 are in no specification.
constexpr Codec kVideoCodecs[16] = {Codec::kUnknown, Codec::kUnknown,  Codec::kSorenson, Codec::kScreen,
                                    Codec::kVp6,     Codec::kVp6Alpha, Codec::kScreen2,  Codec::kH264,
                                    Codec::kH263,    Codec::kMpeg4,    Codec::kUnknown,  Codec::kUnknown,
                                    Codec::kH265,    Codec::kUnknown,  Codec::kUnknown,  Codec::kUnknown};

// The sound formats (annex E.4.2.1).
constexpr Codec kSoundFormats[16] = {
    Codec::kPcm,        Codec::kAdpcm,      Codec::kMp3,        Codec::kPcm,
    Codec::kNellymoser, Codec::kNellymoser, Codec::kNellymoser, Codec::kALaw,
    Codec::kMuLaw,      Codec::kUnknown,    Codec::kAac,        Codec::kSpeex,
    Codec::kUnknown,    Codec::kUnknown,    Codec::kMp3,        Codec::kUnknown};

}  // namespace

Codec codec_of(const TrackPacket& packet) {
  if (!packet.fourcc.empty()) return of_fourcc(packet.media, packet.fourcc);
  return (packet.media == TagType::kVideo ? kVideoCodecs : kSoundFormats)[packet.codec_id & 0x0F];
}

Codec h263_or_h265(TrackPacket& packet, Codec current) {
  // A record without the size of the picture might be anything.
  const auto config = read_hevc_config(packet.payload);
  if (!config || !config->picture) return current == Codec::kH265 ? current : Codec::kH263;
  packet.content = TrackPacket::Content::kConfiguration;
  return Codec::kH265;
}

// A byte that says how much of the picture is shown (annex E.4.3.1, VP6FLVVIDEOPACKET).
std::size_t frame_prefix(Codec codec) { return codec == Codec::kVp6 || codec == Codec::kVp6Alpha ? 1 : 0; }

}  // namespace rtmp
