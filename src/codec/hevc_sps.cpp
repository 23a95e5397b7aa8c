// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hevc_sps.h"

#include <algorithm>
#include <iterator>

#include "bit_reader.h"
#include "sps.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalSps = 33;
constexpr int kMostSubLayers = 7;

constexpr int kProfileBits = 88;
constexpr int kLevelBits = 8;

// Skips profile_tier_level(), which has no field for the size.
void pass_over_profiles(BitReader& sps, int sub_layers) {
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

// Skips scaling_list_data(): four sizes of matrices, six matrices of each size, but two of the largest.
void pass_over_scaling_lists(BitReader& sps) {
  for (int size = 0; size < 4; ++size) {
    for (int matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
      if (!sps.flag()) {
        sps.ue();  // scaling_list_pred_matrix_id_delta
        continue;
      }
      if (size > 1) sps.se();  // scaling_list_dc_coef, less 8
      const int coefficients = std::min(64, 16 << (2 * size));
      for (int i = 0; i < coefficients; ++i) sps.se();
    }
  }
}

// Skips the bit depths of PCM samples (4 bits each), sizes of blocks, and whether the loop filter is off
// there.
void pass_over_pcm(BitReader& sps) {
  sps.skip(8);
  sps.ue();
  sps.ue();
  sps.flag();
}

// Skips the sets of short-term reference pictures. A set may be given by its difference to the one before,
// and then has as many pictures as that one, or one more.
bool pass_over_short_term_sets(BitReader& sps) {
  constexpr std::uint32_t kMostSets = 64, kMostPictures = 16;
  const std::uint32_t sets = sps.ue();
  if (sets > kMostSets) return false;
  std::uint32_t pictures = 0;  // of the set before
  for (std::uint32_t i = 0; i < sets && sps.ok(); ++i) {
    if (i > 0 && sps.flag()) {
      sps.flag();  // delta_rps_sign
      sps.ue();    // abs_delta_rps, less 1
      const std::uint32_t before = pictures;
      pictures = 0;
      for (std::uint32_t k = 0; k <= before; ++k) {
        const bool is_used = sps.flag();
        const bool is_kept = is_used || sps.flag();  // use_delta_flag
        pictures += is_kept ? 1 : 0;
      }
    } else {
      const std::uint32_t negative = sps.ue(), positive = sps.ue();
      if (negative > kMostPictures || positive > kMostPictures) return false;
      pictures = negative + positive;
      for (std::uint32_t k = 0; k < pictures; ++k) {
        sps.ue();    // delta_poc, less 1
        sps.flag();  // used_by_curr_pic_flag
      }
    }
    if (pictures > kMostPictures) return false;
  }
  return true;
}

bool pass_over_long_term_pictures(BitReader& sps, int order_bits) {
  constexpr std::uint32_t kMostPictures = 32;
  if (!sps.flag()) return true;
  const std::uint32_t pictures = sps.ue();
  if (pictures > kMostPictures) return false;
  for (std::uint32_t i = 0; i < pictures; ++i) sps.skip(order_bits + 1);
  return true;
}

// Skips what is between the bit depths and the video usability information.
bool pass_over_coding(BitReader& sps, int sub_layers) {
  constexpr std::uint32_t kMostOrderBits = 16;
  const std::uint32_t order_bits = sps.ue() + 4;  // of pic_order_cnt_lsb
  if (order_bits > kMostOrderBits) return false;
  const int ordered = sps.flag() ? sub_layers : 1;
  for (int i = 0; i < 3 * ordered; ++i) sps.ue();  // buffering, reorder, latency
  for (int i = 0; i < 6; ++i) sps.ue();            // sizes of blocks, depths of their hierarchy
  if (sps.flag() && sps.flag()) pass_over_scaling_lists(sps);
  sps.skip(2);  // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  if (sps.flag()) pass_over_pcm(sps);
  if (!pass_over_short_term_sets(sps)) return false;
  if (!pass_over_long_term_pictures(sps, static_cast<int>(order_bits))) return false;
  sps.skip(2);  // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
  return true;
}

// Reads vui_parameters(), up to the fields for the frame rate.
void read_vui(BitReader& sps, PictureFormat& picture) {
  read_vui_display(sps, picture);
  sps.skip(3);  // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
  if (sps.flag()) {
    for (int i = 0; i < 4; ++i) sps.ue();  // the default display window
  }
  if (!sps.flag()) return;
  const std::uint32_t tick = sps.bits(32);   // vui_num_units_in_tick
  const std::uint32_t scale = sps.bits(32);  // vui_time_scale, per second
  if (sps.ok()) picture.frame_rate = frame_rate_of(scale, tick);
}

}  // namespace

std::optional<PictureFormat> read_hevc_sps(std::span<const std::uint8_t> nal) {
  // 42 01  01 ...     header: type, layer, temporal id; all else is bits
  BitReader sps(nal, BitReader::Escapes::kNalUnit);
  const std::uint32_t header = sps.bits(16);
  const std::uint32_t layer = header >> 3 & 0x3F;
  if ((header >> 9 & 0x3F) != kNalSps || layer != 0) return std::nullopt;
  sps.skip(4);  // sps_video_parameter_set_id
  const int sub_layers = static_cast<int>(sps.bits(3)) + 1;
  if (sub_layers > kMostSubLayers) return std::nullopt;
  sps.flag();  // sps_temporal_id_nesting_flag
  pass_over_profiles(sps, sub_layers);
  sps.ue();  // sps_seq_parameter_set_id

  const auto chroma = chroma_format(sps.ue());
  if (!chroma) return std::nullopt;
  if (chroma == ChromaFormat::k444) sps.flag();  // separate_colour_plane_flag
  const std::uint64_t width = sps.ue();
  const std::uint64_t height = sps.ue();
  const auto size = read_cropped_size(sps, width, height, *chroma, 1);
  const auto luma_depth = read_bit_depth(sps), chroma_depth = read_bit_depth(sps);
  if (!size || !luma_depth || !chroma_depth || !sps.ok()) return std::nullopt;
  PictureFormat picture{
      .size = *size, .chroma = *chroma, .bit_depth_luma = *luma_depth, .bit_depth_chroma = *chroma_depth};
  if (pass_over_coding(sps, sub_layers) && sps.flag()) read_vui(sps, picture);
  return picture;
}

}  // namespace rtmp
