// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/opus.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "endian.h"

namespace rtmp {
namespace {

constexpr std::size_t kHeader = 19;
constexpr std::uint8_t kSilence = 255;

// Reads how streams form the channels, for all families but 0. Returns whether it is consistent.
bool read_mapping(std::span<const std::uint8_t> table, OpusConfig& config) {
  constexpr std::size_t kCounts = 2;
  if (table.size() < kCounts + config.channels) return false;
  config.stream_count = table[0];
  config.coupled_count = table[1];
  const int decoded = config.stream_count + config.coupled_count;
  if (config.stream_count == 0 || config.coupled_count > config.stream_count || decoded > 255) return false;
  config.mapping = {};
  const auto mapping = table.subspan(kCounts, config.channels);
  std::ranges::copy(mapping, config.mapping.begin());
  return std::ranges::all_of(mapping, [&](int channel) { return channel < decoded || channel == kSilence; });
}

}  // namespace

std::optional<OpusConfig> read_opus_config(std::span<const std::uint8_t> head) {
  // 'OpusHead' 01 02     version, channels
  // 3801 80BB0000        pre-skip, rate; the least significant byte is first
  // 0000 00              gain, family
  constexpr std::string_view kMagic = "OpusHead";
  constexpr std::uint8_t kSurround = 1, kProjection = 3;
  constexpr int kMostSurround = 8;
  if (head.size() < kHeader || !std::ranges::equal(head.first(kMagic.size()), kMagic)) return std::nullopt;
  if ((head[8] & 0xF0) != 0) return std::nullopt;
  OpusConfig config{.channels = head[9],
                    .pre_skip = load_le16(&head[10]),
                    .input_rate = load_le32(&head[12]),
                    .output_gain = static_cast<std::int16_t>(load_le16(&head[16])),
                    .mapping_family = head[18]};
  if (config.channels == 0 || config.mapping_family == kProjection) return std::nullopt;
  if (config.mapping_family == kSurround && config.channels > kMostSurround) return std::nullopt;
  if (config.mapping_family != 0)
    return read_mapping(head.subspan(kHeader), config) ? std::optional(config) : std::nullopt;
  if (config.channels > 2) return std::nullopt;
  config.coupled_count = static_cast<std::uint8_t>(config.channels - 1);
  config.mapping[1] = config.coupled_count;
  return config;
}

}  // namespace rtmp
