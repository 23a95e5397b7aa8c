// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/codec/hevc.h"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "endian.h"
#include "hevc_sps.h"
#include "nal_list.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kNalVps = 32, kNalSps = 33, kNalPps = 34;

}  // namespace

std::optional<HevcConfig> read_hevc_config(std::span<const std::uint8_t> record) {
  // 01 [profile, tier, level] F000 FC FD F8 F8 0000 0F  cc     cc: arrays of NAL units, each  tt kk kk  and k
  //                                                            times  nn nn data; tt: their type
  constexpr std::size_t kHeader = 23, kArrayHeader = 3;
  if (record.size() < kHeader) return std::nullopt;
  // 00 00 is the beginning of a start code.
  if (record[0] > 1 || (record[0] == 0 && record[1] == 0)) return std::nullopt;
  HevcConfig config{.profile_tier_level = {},
                    .nal_length_size = static_cast<std::uint8_t>((record[21] & 0x03) + 1),
                    .has_sps = false,
                    .has_all_sets = false,
                    .sets_are_complete = false};
  if (config.nal_length_size == 3) return std::nullopt;
  std::ranges::copy(record.subspan(1, config.profile_tier_level.size()), config.profile_tier_level.begin());

  bool is_there[3] = {}, is_complete[3] = {};  // VPS, SPS, PPS
  auto rest = record.subspan(kHeader);
  for (int i = record[kHeader - 1]; i > 0 && rest.size() >= kArrayHeader; --i) {
    const std::uint8_t type = rest[0] & 0x3F;
    const bool is_set = type >= kNalVps && type <= kNalPps;
    if (is_set) is_complete[type - kNalVps] = (rest[0] & 0x80) != 0;
    const std::size_t units = load_be16(&rest[1]);
    rest = rest.subspan(kArrayHeader);
    for (std::size_t k = 0; k < units && !rest.empty(); ++k) {
      const auto unit = take_nal_unit(rest);
      if (!is_set || unit.empty()) continue;
      is_there[type - kNalVps] = true;
      if (type == kNalSps && !config.has_sps) {
        config.picture = read_hevc_sps(unit);
        config.has_sps = true;
      }
    }
  }
  config.has_all_sets = std::ranges::all_of(is_there, std::identity());
  config.sets_are_complete = std::ranges::all_of(is_complete, std::identity());
  return config;
}

}  // namespace rtmp
