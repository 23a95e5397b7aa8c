// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vvc_sps.h"

#include "bit_reader.h"
#include "sps.h"

namespace rtmp {
namespace {

constexpr std::uint32_t kNalSps = 15;
constexpr int kMostSubLayers = 7;

// Reads profile_tier_level() (7.3.3.1), with general_constraints_info() inside it.
VvcProfile read_profile(BitReader& sps, int sub_layers) {
  constexpr int kConstraintBits = 71;
  VvcProfile profile{};
  profile.profile = sps.byte(7);
  profile.high_tier = sps.flag();
  profile.level = sps.byte();
  sps.skip(2);  // ptl_frame_only_constraint_flag, ptl_multilayer_enabled_flag
  if (sps.flag()) {
    sps.skip(kConstraintBits);
    sps.skip(static_cast<int>(sps.bits(8)));
  }
  sps.align();
  int levels = 0;  // how many sub-layers have a level
  for (int i = 0; i < sub_layers - 1; ++i) levels += sps.flag() ? 1 : 0;
  sps.align();
  sps.skip(8 * levels);
  sps.skip(static_cast<int>(32 * sps.bits(8)));  // general_sub_profile_idc
  return profile;
}

}  // namespace

std::optional<VvcSps> read_vvc_sps(std::span<const std::uint8_t> nal) {
  // 00 79 ...     header: 0, 0, layer (6 bits); type (5), temporal id (3)
  BitReader sps(nal, BitReader::Escapes::kNalUnit);
  const std::uint32_t header = sps.bits(16);
  if (header >> 8 != 0 || (header >> 3 & 0x1F) != kNalSps) return std::nullopt;
  sps.skip(4 + 4);  // sps_seq_parameter_set_id, sps_video_parameter_set_id
  const int sub_layers = static_cast<int>(sps.bits(3)) + 1;
  const auto chroma = chroma_format(sps.bits(2));
  sps.skip(2);  // sps_log2_ctu_size, less 5
  if (sub_layers > kMostSubLayers || !chroma) return std::nullopt;
  VvcSps read{.profile = {}, .chroma = *chroma, .size = {}};
  if (sps.flag()) read.profile = read_profile(sps, sub_layers);
  sps.flag();                  // sps_gdr_enabled_flag
  if (sps.flag()) sps.flag();  // sps_res_change_in_clvs_allowed_flag
  const std::uint64_t width = sps.ue(), height = sps.ue();
  const auto size = read_cropped_size(sps, width, height, *chroma, 1);
  if (!size) return std::nullopt;
  read.size = *size;
  return read;
}

}  // namespace rtmp
