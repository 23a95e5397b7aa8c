// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/flac.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "bit_reader.h"
#include "endian.h"

namespace rtmp {

std::optional<FlacConfig> read_flac_config(std::span<const std::uint8_t> config) {
  // 'fLaC'  80 000022      magic; the type of the block and its length
  // 1000 1000 ...          sizes of blocks (16 bits each), sizes of frames (24 bits each), rate (20),
  //                        channels (3), bit depth (5), samples, MD5
  constexpr std::string_view kMagic = "fLaC";
  constexpr std::size_t kBlockHeader = 4;
  constexpr std::size_t kStreamInfo = std::tuple_size_v<decltype(FlacConfig::stream_info)>;
  if (config.size() >= kMagic.size() && std::ranges::equal(config.first(kMagic.size()), kMagic))
    config = config.subspan(kMagic.size());
  // In a bare block, these bytes would be a smallest size that is above the largest.
  if (config.size() >= kBlockHeader && (load_be32(config.data()) & 0x7FFFFFFF) == kStreamInfo)
    config = config.subspan(kBlockHeader);
  if (config.size() < kStreamInfo) return std::nullopt;

  FlacConfig flac{};
  std::ranges::copy(config.first(kStreamInfo), flac.stream_info.begin());
  BitReader bits(config);
  flac.min_block = static_cast<std::uint16_t>(bits.bits(16));
  flac.max_block = static_cast<std::uint16_t>(bits.bits(16));
  bits.skip(24 + 24);
  flac.rate = bits.bits(20);
  flac.channels = static_cast<std::uint8_t>(bits.bits(3) + 1);
  flac.bit_depth = static_cast<std::uint8_t>(bits.bits(5) + 1);
  constexpr int kLeastBlock = 16, kLeastDepth = 4;
  if (flac.min_block < kLeastBlock || flac.max_block < flac.min_block) return std::nullopt;
  if (flac.rate == 0 || flac.bit_depth < kLeastDepth) return std::nullopt;
  return flac;
}

}  // namespace rtmp
