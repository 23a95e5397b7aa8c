// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/aac.h"

#include <iterator>

#include "bit_reader.h"

namespace rtmp {
namespace {

// Audio object types (ISO/IEC 14496-3, table 1.17).
constexpr std::uint32_t kScalable = 6, kErScalable = 20, kErBsac = 22, kErLd = 23, kErEld = 39;
constexpr std::uint32_t kSbr = 5, kPs = 29;

std::uint32_t read_object_type(BitReader& bits) {
  constexpr std::uint32_t kEscape = 31;
  const std::uint32_t type = bits.bits(5);
  return type == kEscape ? 32 + bits.bits(6) : type;
}

// 0 for a reserved index.
std::uint32_t read_rate(BitReader& bits) {
  constexpr std::uint32_t kRates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                      22050, 16000, 12000, 11025, 8000,  7350};
  constexpr std::uint32_t kEscape = 15;
  const std::uint32_t index = bits.bits(4);
  if (index == kEscape) return bits.bits(24);
  return index < std::size(kRates) ? kRates[index] : 0;
}

// The channels of each channelConfiguration. 0 for a reserved one.
std::uint8_t channels_of(std::uint32_t configuration) {
  constexpr std::uint8_t kChannels[16] = {0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0};
  return kChannels[configuration & 0xF];
}

// Counts the channels of a program_config_element() (4.4.1.1).
std::uint8_t read_program_channels(BitReader& bits) {
  bits.skip(4 + 2 + 4);       // element_instance_tag, object_type, sampling_frequency_index
  std::uint32_t elements[3];  // front, side, back
  for (std::uint32_t& count : elements) count = bits.bits(4);
  const std::uint32_t low_frequency = bits.bits(2);
  const std::uint32_t data = bits.bits(3);
  const std::uint32_t coupling = bits.bits(4);
  if (bits.flag()) bits.skip(4);  // mono_mixdown_element_number
  if (bits.flag()) bits.skip(4);  // stereo_mixdown_element_number
  if (bits.flag()) bits.skip(3);  // matrix_mixdown_idx, pseudo_surround_enable
  std::uint32_t channels = low_frequency;
  for (const std::uint32_t count : elements) {
    for (std::uint32_t i = 0; i < count; ++i) {
      channels += bits.flag() ? 2 : 1;
      bits.skip(4);
    }
  }
  bits.skip(static_cast<int>(4 * low_frequency + 4 * data + 5 * coupling));
  bits.align();
  bits.skip(static_cast<int>(8 * bits.bits(8)));  // comment_field_data
  return static_cast<std::uint8_t>(channels);
}

// The types that are followed by GASpecificConfig() (4.4.1). The others have a configuration of their own.
bool is_general_audio(std::uint32_t type) {
  return (type >= 1 && type <= 4) || type == kScalable || type == 7 || type == 17 ||
         (type >= 19 && type <= kErLd);
}

void read_general_audio(BitReader& bits, std::uint32_t type, AacConfig& config) {
  const bool is_short = bits.flag();
  config.frame_samples = is_short ? 960 : 1024;
  if (type == kErLd) config.frame_samples /= 2;
  if (bits.flag()) bits.skip(14);  // coreCoderDelay
  const bool is_extended = bits.flag();
  if (config.channels == 0) config.channels = read_program_channels(bits);
  if (type == kScalable || type == kErScalable) bits.skip(3);  // layerNr
  if (!is_extended) return;
  if (type == kErBsac) bits.skip(5 + 11);  // numOfSubFrame, layer_length
  if (type == 17 || type == 19 || type == kErScalable || type == kErLd) bits.skip(3);  // resilience flags
  bits.flag();                                                                         // extensionFlag3
}

// Reads the extensions, which decoders that do not know them take for padding.
void read_sync_extension(BitReader bits, AacConfig& config) {
  constexpr std::uint32_t kSbrSync = 0x2B7, kPsSync = 0x548;
  if (bits.bits(11) != kSbrSync || read_object_type(bits) != kSbr || !bits.flag()) return;
  const std::uint32_t rate = read_rate(bits);
  if (!bits.ok() || rate == 0) return;
  config.sbr_rate = rate;
  config.parametric_stereo = bits.bits(11) == kPsSync && bits.flag();
}

}  // namespace

std::optional<AacConfig> read_aac_config(std::span<const std::uint8_t> bytes) {
  // 12 10     object type (5 bits), rate (4), channels (4), and the configuration of the type
  BitReader bits(bytes);
  AacConfig config{.object_type = 0, .rate = 0, .channels = 0, .frame_samples = 1024};
  std::uint32_t type = read_object_type(bits);
  config.rate = read_rate(bits);
  const std::uint32_t configuration = bits.bits(4);
  config.channels = channels_of(configuration);
  if (type == kSbr || type == kPs) {
    config.parametric_stereo = type == kPs;
    config.sbr_rate = read_rate(bits);
    if (config.sbr_rate == 0u) return std::nullopt;
    type = read_object_type(bits);
    if (type == kErBsac) bits.skip(4);  // extensionChannelConfiguration
  }
  config.object_type = static_cast<std::uint8_t>(type);
  if (is_general_audio(type) && (configuration == 0 || config.channels != 0)) {
    read_general_audio(bits, type, config);
  } else if (type == kErEld) {
    config.frame_samples = bits.flag() ? 480 : 512;
  }
  if (!bits.ok() || config.rate == 0 || config.channels == 0) return std::nullopt;
  if (!config.sbr_rate && type < 17) read_sync_extension(bits, config);
  return config;
}

}  // namespace rtmp
