// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/mpeg_audio.h"

#include "bit_reader.h"

namespace rtmp {
namespace {

using Version = MpegAudioHeader::Version;

std::uint16_t samples_of(Version version, int layer) {
  if (layer == 1) return 384;
  return layer == 3 && version != Version::k1 ? 576 : 1152;
}

}  // namespace

std::optional<MpegAudioHeader> read_mpeg_audio_header(std::span<const std::uint8_t> frame) {
  // FF FB     11 bits of 1, version (2), layer (2), no CRC (1)
  // 90 64     bitrate (4 bits), rate (2), padding (1), private (1); channel mode (2) ...
  constexpr std::uint32_t kSync = 0x7FF;
  constexpr std::uint32_t kReservedVersion = 1, kReservedLayer = 0, kReservedBitrate = 15, kReservedRate = 3;
  constexpr std::uint32_t kRates[] = {44100, 48000, 32000};
  constexpr std::uint32_t kMono = 3;
  BitReader bits(frame);
  if (bits.bits(11) != kSync) return std::nullopt;
  const std::uint32_t version_bits = bits.bits(2), layer_bits = bits.bits(2);
  bits.flag();  // protection_bit
  const std::uint32_t bitrate = bits.bits(4), rate = bits.bits(2);
  bits.skip(2);  // padding_bit, private_bit
  const std::uint32_t mode = bits.bits(2);
  bits.skip(6);
  if (!bits.ok() || version_bits == kReservedVersion || layer_bits == kReservedLayer) return std::nullopt;
  if (bitrate == kReservedBitrate || rate == kReservedRate) return std::nullopt;

  const auto version = version_bits == 3 ? Version::k1 : version_bits == 2 ? Version::k2 : Version::k2_5;
  const int layer = 4 - static_cast<int>(layer_bits);
  const std::uint32_t divisor = version == Version::k1 ? 1 : version == Version::k2 ? 2 : 4;
  return MpegAudioHeader{.version = version,
                         .layer = static_cast<std::uint8_t>(layer),
                         .rate = kRates[rate] / divisor,
                         .channels = static_cast<std::uint8_t>(mode == kMono ? 1 : 2),
                         .frame_samples = samples_of(version, layer)};
}

}  // namespace rtmp
