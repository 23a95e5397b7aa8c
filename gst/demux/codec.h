// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "rtmp/tracks.h"

namespace rtmp {

/// The codecs for which eflvdemux has caps, whichever header of FLV names them.
enum class Codec {
  kUnknown,
  // Video.
  kH264,
  kH265,
  kH266,
  kAv1,
  kVp8,
  kVp9,
  kSorenson,  // H.263 as in Flash
  kScreen,
  kScreen2,
  kVp6,
  kVp6Alpha,
  kH263,
  kMpeg4,
  // Audio.
  kAac,
  kMp3,
  kOpus,
  kFlac,
  kAc3,
  kEac3,
  kPcm,
  kAdpcm,
  kALaw,
  kMuLaw,
  kNellymoser,
  kSpeex,
};

/// Returns the codec that the header of a packet names.
Codec codec_of(const TrackPacket& packet);

/// Returns the codec of a packet that is named H.263, of a track that has had `current` so far. eflvmux
/// (1.28) writes H.265 with that number and without a packet type, and only the configuration record tells:
/// such a packet becomes one of content kConfiguration.
Codec h263_or_h265(TrackPacket& packet, Codec current);

/// Returns how many bytes FLV puts in front of the data of a codec's frame.
std::size_t frame_prefix(Codec codec);

}  // namespace rtmp
