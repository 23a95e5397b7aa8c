// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/avc.h"

#include <cstddef>

#include "avc_sps.h"
#include "nal_list.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalSps = 7, kNalPps = 8;

using Unit = std::span<const std::uint8_t>;

bool is_of_type(Unit unit, std::uint8_t type) { return !unit.empty() && (unit[0] & 0x1F) == type; }

}  // namespace

std::optional<AvcConfig> read_avc_config(std::span<const std::uint8_t> record) {
  // 01 64 00 28 FF        version, profile, constraints, level, size of the lengths
  // E1  nn nn 67 ...      number of sequence parameter sets (5 bits), each with its length
  // 01  nn nn 68 ...      number of picture parameter sets, each with its length
  constexpr std::size_t kHeader = 6;
  if (record.size() < kHeader || record[0] != 1) return std::nullopt;
  AvcConfig config{.profile = record[1],
                   .compatibility = record[2],
                   .level = record[3],
                   .nal_length_size = static_cast<std::uint8_t>((record[4] & 0x03) + 1),
                   .has_sps = false,
                   .has_pps = false};
  if (config.nal_length_size == 3) return std::nullopt;
  Unit rest = record.subspan(kHeader);
  for (int i = record[kHeader - 1] & 0x1F; i > 0; --i) {
    const Unit unit = take_nal_unit(rest);
    if (!is_of_type(unit, kNalSps)) continue;
    if (!config.has_sps) config.picture = read_avc_sps(unit);
    config.has_sps = true;
  }
  if (rest.empty()) return config;
  const int pictures = rest[0];
  rest = rest.subspan(1);
  for (int i = 0; i < pictures; ++i) config.has_pps |= is_of_type(take_nal_unit(rest), kNalPps);
  return config;
}

}  // namespace rtmp
