// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hevc_sps.h"

#include <cstddef>

#include "endian.h"
#include "sps_reader.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalSps = 33;
constexpr std::uint32_t k444 = 3;
constexpr int kMostSubLayers = 7;

constexpr int kProfileBits = 88;
constexpr int kLevelBits = 8;

// profile_tier_level(), of which nothing tells the size.
void pass_over_profiles(SpsReader& sps, int sub_layers) {
  sps.skip(kProfileBits + kLevelBits);
  if (sub_layers == 1) return;
  bool has_profile[kMostSubLayers] = {}, has_level[kMostSubLayers] = {};
  for (int i = 0; i < sub_layers - 1; ++i) {
    has_profile[i] = sps.flag();
    has_level[i] = sps.flag();
  }
  for (int i = sub_layers - 1; i < 8; ++i) sps.skip(2);
  for (int i = 0; i < sub_layers - 1; ++i) {
    if (has_profile[i]) sps.skip(kProfileBits);
    if (has_level[i]) sps.skip(kLevelBits);
  }
}

}  // namespace

std::optional<VideoSize> hevc_sps_size(std::span<const std::uint8_t> nal) {
  // 42 01  01 ...     header: type, layer, temporal id; all else is bits
  SpsReader sps(nal);
  const std::uint32_t header = sps.bits(16);
  const std::uint32_t layer = header >> 3 & 0x3F;
  if ((header >> 9 & 0x3F) != kNalSps || layer != 0) return std::nullopt;
  sps.skip(4);  // sps_video_parameter_set_id
  const int sub_layers = static_cast<int>(sps.bits(3)) + 1;
  if (sub_layers > kMostSubLayers) return std::nullopt;
  sps.flag();  // sps_temporal_id_nesting_flag
  pass_over_profiles(sps, sub_layers);
  sps.ue();  // sps_seq_parameter_set_id

  const std::uint32_t chroma_format = sps.ue();
  if (chroma_format > k444) return std::nullopt;
  if (chroma_format == k444) sps.flag();  // separate_colour_plane_flag
  const std::uint64_t width = sps.ue();
  const std::uint64_t height = sps.ue();
  return sps.cropped(width, height, chroma_format, 1);
}

std::optional<VideoSize> hevc_record_size(std::span<const std::uint8_t> record) {
  // 22 bytes  cc     cc: arrays of NAL units, each  tt kk kk  and k times  nn nn  data; tt: their type
  constexpr std::size_t kHeader = 23;
  if (record.size() < kHeader) return std::nullopt;
  const int arrays = record[kHeader - 1];
  record = record.subspan(kHeader);
  for (int i = 0; i < arrays && record.size() >= 3; ++i) {
    const bool is_sps = (record[0] & 0x3F) == kNalSps;
    const std::size_t count = load_be16(&record[1]);
    record = record.subspan(3);
    for (std::size_t k = 0; k < count; ++k) {
      if (record.size() < 2) return std::nullopt;
      const std::size_t size = load_be16(record.data());
      record = record.subspan(2);
      if (size > record.size()) return std::nullopt;
      if (is_sps) return hevc_sps_size(record.first(size));
      record = record.subspan(size);
    }
  }
  return std::nullopt;
}

}  // namespace rtmp
