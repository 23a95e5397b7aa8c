// SPDX-License-Identifier: LGPL-2.1-or-later
#include "avc_sps.h"

#include <algorithm>
#include <cstddef>

#include "endian.h"
#include "sps_reader.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalSps = 7;
constexpr std::uint32_t k420 = 1, k444 = 3;
constexpr std::uint32_t kMostPocCycles = 255;
constexpr std::uint64_t kMacroblock = 16;

// Those whose parameter sets say more of chroma and scaling: High, High 10, High 4:2:2, High 4:4:4, CAVLC
// 4:4:4, and the scalable, multiview and 3D ones.
bool is_high(std::uint32_t profile) {
  constexpr std::uint32_t kHigh[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::ranges::find(kHigh, profile) != std::end(kHigh);
}

// Each entry is the difference to the one before; an entry of 0 says that the rest is like the last.
void pass_over_scaling_list(SpsReader& sps, int size) {
  std::uint32_t last = 8, next = 8;
  for (int i = 0; i < size && next != 0; ++i) {
    next = (last + static_cast<std::uint32_t>(sps.se())) & 0xFF;
    if (next != 0) last = next;
  }
}

// The fields of the high profiles. Returns the chroma format; nothing for one that there is not.
std::optional<std::uint32_t> read_high_fields(SpsReader& sps) {
  const std::uint32_t chroma_format = sps.ue();
  if (chroma_format > k444) return std::nullopt;
  if (chroma_format == k444) sps.flag();  // separate_colour_plane_flag
  sps.ue();                               // bit depths, less 8
  sps.ue();
  sps.flag();  // qpprime_y_zero_transform_bypass_flag
  if (sps.flag()) {
    const int lists = chroma_format == k444 ? 12 : 8;
    for (int i = 0; i < lists; ++i) {
      if (sps.flag()) pass_over_scaling_list(sps, i < 6 ? 16 : 64);
    }
  }
  return chroma_format;
}

// How pictures are put in order, in one of three ways.
bool pass_over_picture_order(SpsReader& sps) {
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

}  // namespace

std::optional<VideoSize> avc_sps_size(std::span<const std::uint8_t> nal) {
  // 67 64 00 28 ...     header, profile, constraints, level; all else is bits
  SpsReader sps(nal);
  if ((sps.bits(8) & 0x1F) != kNalSps) return std::nullopt;
  const std::uint32_t profile = sps.bits(8);
  sps.skip(16);
  sps.ue();  // seq_parameter_set_id

  const auto chroma_format = is_high(profile) ? read_high_fields(sps) : k420;
  if (!chroma_format) return std::nullopt;
  sps.ue();  // log2_max_frame_num, less 4
  if (!pass_over_picture_order(sps)) return std::nullopt;
  sps.ue();    // max_num_ref_frames
  sps.flag();  // gaps_in_frame_num_value_allowed_flag

  const std::uint64_t columns = std::uint64_t{sps.ue()} + 1;
  const std::uint64_t rows = std::uint64_t{sps.ue()} + 1;  // of a field, where there may be fields
  const bool frames_only = sps.flag();
  if (!frames_only) sps.flag();  // mb_adaptive_frame_field_flag
  sps.flag();                    // direct_8x8_inference_flag
  const std::uint64_t row_unit = frames_only ? 1 : 2;
  return sps.cropped(columns * kMacroblock, rows * kMacroblock * row_unit, *chroma_format, row_unit);
}

std::optional<VideoSize> avc_record_size(std::span<const std::uint8_t> record) {
  // 01 64 00 28 FF  E1  nn nn  67 ...     version, profile, constraints, level, size of lengths; number of
  //                                       SPS; the first, and its length
  constexpr std::size_t kHeader = 8;
  if (record.size() < kHeader || (record[5] & 0x1F) == 0) return std::nullopt;
  const std::size_t size = load_be16(&record[6]);
  record = record.subspan(kHeader);
  return size <= record.size() ? avc_sps_size(record.first(size)) : std::nullopt;
}

}  // namespace rtmp
