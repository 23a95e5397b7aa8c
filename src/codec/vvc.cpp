// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/vvc.h"

#include <cstddef>

#include "bit_reader.h"
#include "endian.h"
#include "nal_list.h"
#include "sps.h"
#include "vvc_sps.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalOpi = 12, kNalDci = 13, kNalSps = 15;

// Takes what the record itself says off `record`: a VvcPTLRecord and the fields around it. Returns false if
// it is cut short.
bool take_profile(std::span<const std::uint8_t>& record, VvcConfig& config) {
  // FF 00 65           ols_idx (9 bits), sub-layers (3), rate (2), chroma (2); bit depth (3)
  // 01 02 33 C0 00     bytes of constraints (6 bits), profile (7), tier (1), level (8), constraints ...
  // 0140 00F0 0000     width, height, frame rate
  constexpr std::size_t kHeader = 6, kSizes = 6, kSubProfile = 4;
  BitReader bits(record.first(record.size() < kHeader ? 0 : kHeader));
  bits.skip(9);
  const std::uint32_t sub_layers = bits.bits(3);
  bits.skip(2);
  const auto chroma = chroma_format(bits.bits(2));
  const auto depth = static_cast<std::uint8_t>(bits.bits(3) + 8);
  bits.skip(5 + 2);
  const std::size_t constraint_bytes = bits.bits(6);
  const VvcProfile profile{.profile = bits.byte(7), .high_tier = bits.flag(), .level = bits.byte()};
  if (!bits.ok()) return false;
  std::size_t at = kHeader + constraint_bytes;
  if (sub_layers > 1) {
    if (at >= record.size()) return false;
    std::size_t levels = 0;
    for (std::uint32_t i = 0; i < sub_layers - 1; ++i) levels += record[at] >> (7 - i) & 1;
    at += 1 + levels;
  }
  if (at >= record.size()) return false;
  at += 1 + kSubProfile * record[at];
  if (at + kSizes > record.size()) return false;
  config.profile = profile;
  config.chroma = chroma;
  config.bit_depth = depth;
  config.size = bounded_size(load_be16(&record[at]), load_be16(&record[at + 2]));
  record = record.subspan(at + kSizes);
  return true;
}

// Takes an array of NAL units off `rest`, and reads its first sequence parameter set.
void take_array(std::span<const std::uint8_t>& rest, VvcConfig& config) {
  // 8F            complete (1 bit), 0 (2), type (5)
  // 0001          number of units; two types have only one unit, and no number
  // nnnn ...      each unit with its length
  const std::uint8_t type = rest[0] & 0x1F;
  const bool is_single = type == kNalDci || type == kNalOpi;
  const std::size_t header = is_single ? 1 : 3;
  if (rest.size() < header) {
    rest = {};
    return;
  }
  const std::size_t units = is_single ? 1 : load_be16(&rest[1]);
  rest = rest.subspan(header);
  for (std::size_t i = 0; i < units && !rest.empty(); ++i) {
    const auto unit = take_nal_unit(rest);
    if (type != kNalSps || unit.empty() || config.has_sps) continue;
    config.has_sps = true;
    const auto sps = read_vvc_sps(unit);
    if (!sps) continue;
    if (!config.profile) config.profile = sps->profile;
    config.chroma = sps->chroma;
    config.size = sps->size;
  }
}

}  // namespace

std::optional<VvcConfig> read_vvc_config(std::span<const std::uint8_t> record) {
  // FF ...     1 (5 bits), size of the lengths less 1 (2), a profile follows (1); then the number of arrays
  constexpr std::size_t kBoxHeader = 4;
  if (record.size() >= kBoxHeader && load_be32(record.data()) == 0) record = record.subspan(kBoxHeader);
  if (record.empty() || (record[0] & 0xF8) != 0xF8) return std::nullopt;
  VvcConfig config{.nal_length_size = static_cast<std::uint8_t>((record[0] >> 1 & 0x03) + 1)};
  const bool has_profile = (record[0] & 1) != 0;
  if (config.nal_length_size == 3) return std::nullopt;
  record = record.subspan(1);
  if (has_profile && !take_profile(record, config)) return std::nullopt;
  if (record.empty()) return std::nullopt;
  const int arrays = record[0];
  record = record.subspan(1);
  for (int i = 0; i < arrays && !record.empty(); ++i) take_array(record, config);
  return config;
}

}  // namespace rtmp
