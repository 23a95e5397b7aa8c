// SPDX-License-Identifier: LGPL-2.1-or-later
#include "avc_sps.h"

#include <algorithm>
#include <iterator>

#include "bit_reader.h"
#include "sps.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalSps = 7;
constexpr std::uint32_t kMostPocCycles = 255;
constexpr std::uint64_t kMacroblock = 16;

// The profiles whose parameter sets say more about chroma and scaling: High, High 10, High 4:2:2, High 4:4:4,
// CAVLC 4:4:4, and the scalable, multiview and 3D profiles.
bool is_high(std::uint32_t profile) {
  constexpr std::uint32_t kHigh[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::ranges::find(kHigh, profile) != std::end(kHigh);
}

// Each entry is the difference to the one before. An entry of 0 means that the rest is like the last one.
void pass_over_scaling_list(BitReader& sps, int size) {
  std::uint32_t last = 8, next = 8;
  for (int i = 0; i < size && next != 0; ++i) {
    next = (last + static_cast<std::uint32_t>(sps.se())) & 0xFF;
    if (next != 0) last = next;
  }
}

// Reads the fields of the high profiles. Returns false for values that do not exist.
bool read_high_fields(BitReader& sps, PictureFormat& picture) {
  const auto chroma = chroma_format(sps.ue());
  if (!chroma) return false;
  const bool is_444 = chroma == ChromaFormat::k444;
  if (is_444) sps.flag();  // separate_colour_plane_flag
  const auto luma_depth = read_bit_depth(sps), chroma_depth = read_bit_depth(sps);
  if (!luma_depth || !chroma_depth) return false;
  picture.chroma = *chroma;
  picture.bit_depth_luma = *luma_depth;
  picture.bit_depth_chroma = *chroma_depth;
  sps.flag();  // qpprime_y_zero_transform_bypass_flag
  if (sps.flag()) {
    const int lists = is_444 ? 12 : 8;
    for (int i = 0; i < lists; ++i) {
      if (sps.flag()) pass_over_scaling_list(sps, i < 6 ? 16 : 64);
    }
  }
  return true;
}

// Reads how pictures are put in order, in one of three ways.
bool pass_over_picture_order(BitReader& sps) {
  switch (sps.ue()) {
    case 0:
      sps.ue();  // log2_max_pic_order_cnt_lsb, less 4
      return true;
    case 1: {
      sps.flag();  // delta_pic_order_always_zero_flag
      sps.se();    // offsets
      sps.se();
      const std::uint32_t cycles = sps.ue();
      if (cycles > kMostPocCycles) return false;
      for (std::uint32_t i = 0; i < cycles; ++i) sps.se();
      return true;
    }
    case 2:
      return true;
    default:
      return false;
  }
}

// Reads vui_parameters(), up to the fields for the frame rate.
void read_vui(BitReader& sps, PictureFormat& picture) {
  read_vui_display(sps, picture);
  if (!sps.flag()) return;
  const std::uint64_t tick = sps.bits(32);   // num_units_in_tick, for a field
  const std::uint64_t scale = sps.bits(32);  // time_scale, per second
  if (sps.ok()) picture.frame_rate = frame_rate_of(scale, 2 * tick);
}

}  // namespace

std::optional<PictureFormat> read_avc_sps(std::span<const std::uint8_t> nal) {
  // 67 64 00 28 ...     header, profile, constraints, level; all else is bits
  BitReader sps(nal, BitReader::Escapes::kNalUnit);
  if ((sps.bits(8) & 0x1F) != kNalSps) return std::nullopt;
  const std::uint32_t profile = sps.bits(8);
  sps.skip(16);
  sps.ue();  // seq_parameter_set_id

  PictureFormat picture;
  if (is_high(profile) && !read_high_fields(sps, picture)) return std::nullopt;
  sps.ue();  // log2_max_frame_num, less 4
  if (!pass_over_picture_order(sps)) return std::nullopt;
  sps.ue();    // max_num_ref_frames
  sps.flag();  // gaps_in_frame_num_value_allowed_flag

  const std::uint64_t columns = std::uint64_t{sps.ue()} + 1;
  const std::uint64_t rows = std::uint64_t{sps.ue()} + 1;  // of a field, if there may be fields
  const bool frames_only = sps.flag();
  if (!frames_only) sps.flag();  // mb_adaptive_frame_field_flag
  sps.flag();                    // direct_8x8_inference_flag
  const std::uint64_t row_unit = frames_only ? 1 : 2;
  const auto size =
      read_cropped_size(sps, columns * kMacroblock, rows * kMacroblock * row_unit, picture.chroma, row_unit);
  if (!size) return std::nullopt;
  picture.size = *size;
  if (sps.flag()) read_vui(sps, picture);
  return picture;
}

}  // namespace rtmp
