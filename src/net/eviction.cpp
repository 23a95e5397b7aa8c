// SPDX-License-Identifier: LGPL-2.1-or-later
#include "eviction.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace rtmp {

std::optional<std::size_t> choose_evicted(std::span<const EvictionCandidate> candidates,
                                          std::string_view newcomer,
                                          std::chrono::steady_clock::time_point now) {
  std::map<std::string_view, std::size_t> by_network{{newcomer, 1}};
  std::size_t most = 0;
  for (const EvictionCandidate& candidate : candidates)
    if (candidate.stage != Stage::kLeaving) most = std::max(most, ++by_network[candidate.network]);

  const auto worth = [&](const EvictionCandidate& candidate) {
    const bool on_its_way = candidate.stage == Stage::kAsking ||
                            (candidate.stage != Stage::kLeaving && now - candidate.since < kOnItsWay);
    const bool may_yet_speak = candidate.stage == Stage::kSilent && now - candidate.since < kFirstByte;
    return std::tuple(on_its_way, may_yet_speak ? Stage::kSpeaking : candidate.stage, candidate.since);
  };
  std::optional<std::size_t> goes;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (most > 0 && by_network[candidates[i].network] != most) continue;  // 0: all of them leave
    if (!goes || worth(candidates[i]) < worth(candidates[*goes])) goes = i;
  }
  return goes;
}

}  // namespace rtmp
