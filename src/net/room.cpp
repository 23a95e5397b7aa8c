// SPDX-License-Identifier: LGPL-2.1-or-later
#include "room.h"

#include <algorithm>
#include <map>
#include <utility>

namespace rtmp {

std::optional<std::size_t> who_goes(std::span<const Guest> guests, std::string_view newcomer,
                                    std::chrono::steady_clock::time_point now) {
  std::map<std::string_view, std::size_t> by_network{{newcomer, 1}};
  std::size_t most = 0;
  for (const Guest& guest : guests) most = std::max(most, ++by_network[guest.network]);

  const auto worth = [&](const Guest& guest) {
    const bool on_its_way = guest.stage == Stage::kAsking || now - guest.since < kOnItsWay;
    return std::pair(on_its_way, guest.stage);
  };
  std::optional<std::size_t> goes;
  for (std::size_t i = 0; i < guests.size(); ++i) {
    if (by_network[guests[i].network] != most) continue;
    if (!goes || worth(guests[i]) < worth(guests[*goes])) goes = i;
  }
  return goes;
}

}  // namespace rtmp
