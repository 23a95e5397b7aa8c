// SPDX-License-Identifier: LGPL-2.1-or-later
#include "av1_sequence_header.h"

#include "bit_reader.h"
#include "sps.h"

namespace rtmp {
namespace {

// Reads timing_info(). Returns nothing if frames have no constant rate.
std::optional<Ratio> read_frame_rate(BitReader& bits) {
  const std::uint64_t tick = bits.bits(32);   // num_units_in_display_tick
  const std::uint64_t scale = bits.bits(32);  // time_scale, per second
  if (!bits.flag()) return std::nullopt;      // equal_picture_interval
  const std::uint64_t ticks = std::uint64_t{bits.ue()} + 1;
  return bits.ok() ? frame_rate_of(scale, tick * ticks) : std::nullopt;
}

// Reads timing, decoder models and operating points. The first operating point has the level.
void read_operating_points(BitReader& bits, Av1Sequence& sequence) {
  constexpr std::uint8_t kLastLevelWithoutTier = 7;
  int delay_bits = 0;
  bool has_decoder_model = false;
  if (bits.flag()) {
    sequence.picture.frame_rate = read_frame_rate(bits);
    has_decoder_model = bits.flag();
    if (has_decoder_model) {
      delay_bits = static_cast<int>(bits.bits(5)) + 1;
      bits.skip(32 + 5 + 5);  // the decoding tick, lengths of times
    }
  }
  const bool has_display_delay = bits.flag();
  const std::uint32_t points = bits.bits(5) + 1;
  for (std::uint32_t i = 0; i < points; ++i) {
    bits.skip(12);  // operating_point_idc
    const std::uint8_t level = bits.byte(5);
    const bool high_tier = level > kLastLevelWithoutTier && bits.flag();
    if (has_decoder_model && bits.flag()) bits.skip(2 * delay_bits + 1);
    if (has_display_delay && bits.flag()) bits.skip(4);
    if (i != 0) continue;
    sequence.level = level;
    sequence.high_tier = high_tier;
  }
}

// Reads which tools are used, between the size and the colours.
void pass_over_tools(BitReader& bits, bool is_reduced) {
  if (!is_reduced && bits.flag()) bits.skip(4 + 3);  // lengths of frame ids
  bits.skip(3);  // use_128x128_superblock, filter_intra, intra_edge_filter
  if (!is_reduced) {
    bits.skip(4);  // interintra_compound, masked_compound, warped_motion, dual_filter
    const bool has_order_hint = bits.flag();
    if (has_order_hint) bits.skip(2);                            // jnt_comp, ref_frame_mvs
    const bool has_screen_content = bits.flag() || bits.flag();  // chosen by each frame, or for all
    if (has_screen_content && !bits.flag()) bits.flag();         // seq_force_integer_mv
    if (has_order_hint) bits.skip(3);
  }
  bits.skip(3);  // superres, cdef, restoration
}

ChromaFormat read_subsampling(BitReader& bits, std::uint32_t profile, int depth) {
  if (profile == 0) return ChromaFormat::k420;
  if (profile == 1) return ChromaFormat::k444;
  if (depth < 12) return ChromaFormat::k422;
  if (!bits.flag()) return ChromaFormat::k444;
  return bits.flag() ? ChromaFormat::k420 : ChromaFormat::k422;
}

// Reads color_config() (5.5.2), up to the subsampling.
void read_color_config(BitReader& bits, std::uint32_t profile, PictureFormat& picture) {
  constexpr std::uint8_t kBt709 = 1, kSrgb = 13, kIdentity = 0;
  const bool is_deep = bits.flag();
  const bool is_12_bits = is_deep && profile == 2 && bits.flag();
  picture.bit_depth_luma = picture.bit_depth_chroma = is_12_bits ? 12 : is_deep ? 10 : 8;
  const bool is_monochrome = profile != 1 && bits.flag();
  ColorDescription color;
  if (bits.flag()) {
    color.primaries = bits.byte();
    color.transfer = bits.byte();
    color.matrix = bits.byte();
  }
  const bool is_rgb = color.primaries == kBt709 && color.transfer == kSrgb && color.matrix == kIdentity;
  if (is_monochrome) {
    color.full_range = bits.flag();
    picture.chroma = ChromaFormat::kMonochrome;
  } else if (is_rgb) {
    color.full_range = true;
    picture.chroma = ChromaFormat::k444;
  } else {
    color.full_range = bits.flag();
    picture.chroma = read_subsampling(bits, profile, picture.bit_depth_luma);
  }
  picture.color = color;
}

}  // namespace

std::optional<Av1Sequence> read_av1_sequence_header(std::span<const std::uint8_t> payload) {
  constexpr std::uint8_t kLastProfile = 2;
  BitReader bits(payload);
  Av1Sequence sequence{};
  sequence.profile = bits.byte(3);
  bits.flag();  // still_picture
  const bool is_reduced = bits.flag();
  if (is_reduced) {
    sequence.level = bits.byte(5);
  } else {
    read_operating_points(bits, sequence);
  }
  const int width_bits = static_cast<int>(bits.bits(4)) + 1, height_bits = static_cast<int>(bits.bits(4)) + 1;
  const std::uint32_t width = bits.bits(width_bits) + 1, height = bits.bits(height_bits) + 1;
  pass_over_tools(bits, is_reduced);
  read_color_config(bits, sequence.profile, sequence.picture);
  const auto size = bounded_size(width, height);
  if (!bits.ok() || !size || sequence.profile > kLastProfile) return std::nullopt;
  sequence.picture.size = *size;
  return sequence;
}

}  // namespace rtmp
