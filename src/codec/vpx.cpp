// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/vpx.h"

#include <cstddef>

#include "bit_reader.h"
#include "endian.h"
#include "sps.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kLastProfile = 3;

// The subsampling of the record: 4:2:0 with chroma between the rows or on the first, 4:2:2, 4:4:4.
std::optional<ChromaFormat> record_chroma(std::uint32_t subsampling) {
  switch (subsampling) {
    case 0:
    case 1:
      return ChromaFormat::k420;
    case 2:
      return ChromaFormat::k422;
    case 3:
      return ChromaFormat::k444;
    default:
      return std::nullopt;
  }
}

constexpr std::uint32_t kRgb = 7;  // color_space

// The matrix that color_space of VP9 means.
std::uint8_t matrix_of(std::uint32_t color_space) {
  constexpr std::uint8_t kMatrices[] = {2, 6, 1, 6, 7, 9, 2, 0};
  return kMatrices[color_space & 7];
}

// Reads color_config() of VP9 (6.2.2). Returns false if a bit is set that must not be set.
bool read_color_config(BitReader& bits, std::uint32_t profile, PictureFormat& picture) {
  const bool has_subsampling = (profile & 1) != 0;
  if (profile >= 2) picture.bit_depth_luma = bits.flag() ? 12 : 10;
  picture.bit_depth_chroma = picture.bit_depth_luma;
  const std::uint32_t space = bits.bits(3);
  const bool is_full_range = space == kRgb || bits.flag();
  picture.color = ColorDescription{.matrix = matrix_of(space), .full_range = is_full_range};
  if (!has_subsampling) return space != kRgb;
  if (space == kRgb) {
    picture.chroma = ChromaFormat::k444;
  } else {
    const bool halves_width = bits.flag(), halves_height = bits.flag();
    if (halves_width && halves_height) return false;  // other profiles have 4:2:0
    picture.chroma = halves_width    ? ChromaFormat::k422
                     : halves_height ? ChromaFormat::k440
                                     : ChromaFormat::k444;
  }
  return !bits.flag();  // reserved_zero
}

}  // namespace

std::optional<VpxConfig> read_vpx_config(std::span<const std::uint8_t> record) {
  // 01 000000       version and flags, which may be missing
  // 00 0A           profile, level
  // 82 02 02 02     bit depth (4 bits), chroma (3), range (1); primaries, transfer, matrix
  // 0000            length of data that VP8 and VP9 do not have
  constexpr std::size_t kBoxHeader = 4, kColors = 6;
  // If these bytes were a record, it would have a bit depth of 0.
  if (record.size() >= kBoxHeader && load_be32(record.data()) == 0x01000000)
    record = record.subspan(kBoxHeader);
  if (record.size() < kColors) return std::nullopt;
  const auto chroma = record_chroma(record[2] >> 1 & 0x07);
  const std::uint8_t depth = record[2] >> 4;
  if (!chroma || record[0] > kLastProfile || (depth != 8 && depth != 10 && depth != 12)) return std::nullopt;
  return VpxConfig{.profile = record[0],
                   .level = record[1],
                   .bit_depth = depth,
                   .chroma = *chroma,
                   .color = {.primaries = record[3],
                             .transfer = record[4],
                             .matrix = record[5],
                             .full_range = (record[2] & 1) != 0}};
}

std::optional<VpxKeyFrame> read_vp8_key_frame(std::span<const std::uint8_t> frame) {
  // 10 0200          not a key frame (1 bit), version (3), shown (1), size of the first part (19)
  // 9D012A           start code
  // 4001 F000        width and height, 14 bits each, with 2 bits of scaling above
  //                  The least significant byte is first.
  constexpr std::size_t kHeader = 10;
  constexpr std::uint32_t kStartCode = 0x9D012A;
  if (frame.size() < kHeader || (frame[0] & 1) != 0 || load_be24(&frame[3]) != kStartCode)
    return std::nullopt;
  const auto size = bounded_size(load_le16(&frame[6]) & 0x3FFF, load_le16(&frame[8]) & 0x3FFF);
  const auto version = static_cast<std::uint8_t>(frame[0] >> 1 & 0x07);
  if (!size || version > kLastProfile) return std::nullopt;
  return VpxKeyFrame{.profile = version, .picture = {.size = *size}};
}

std::optional<VpxKeyFrame> read_vp9_key_frame(std::span<const std::uint8_t> frame) {
  // 82            marker (2 bits), profile (2, the lower bit first), shown again (1), not a key frame (1),
  //               shown (1), resilient (1)
  // 49 83 42      start code; colours, width and height follow
  constexpr std::uint32_t kMarker = 2, kStartCode = 0x498342;
  BitReader bits(frame);
  if (bits.bits(2) != kMarker) return std::nullopt;
  std::uint32_t profile = bits.flag() ? 1 : 0;
  profile |= bits.flag() ? 2 : 0;
  if (profile == kLastProfile && bits.flag()) return std::nullopt;  // reserved_zero
  if (bits.flag() || bits.flag()) return std::nullopt;              // show_existing_frame, frame_type
  bits.skip(2);                                                     // show_frame, error_resilient_mode
  if (bits.bits(24) != kStartCode) return std::nullopt;
  VpxKeyFrame key{.profile = static_cast<std::uint8_t>(profile)};
  if (!read_color_config(bits, profile, key.picture)) return std::nullopt;
  const std::uint32_t width = bits.bits(16) + 1, height = bits.bits(16) + 1;
  const auto size = bits.ok() ? bounded_size(width, height) : std::nullopt;
  if (!size) return std::nullopt;
  key.picture.size = *size;
  return key;
}

}  // namespace rtmp
