// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rtmp {

/// How far a connection has come that does not publish. The later ones are worth more.
enum class Stage {
  kRefused,     // it has been told no, or is about to be
  kSilent,      // nothing has come of it
  kSpeaking,    // something has
  kSecured,     // its TLS handshake is over
  kGreeted,     // its RTMP handshake is over
  kConnecting,  // it has sent connect
  kAsking,      // it waits for this side, which decides on what it has asked
};

/// A connection that does not publish, as seen where there is no room for another one.
struct EvictionCandidate {
  std::string_view network;  // where it comes from, see network_of()
  Stage stage;
  std::chrono::steady_clock::time_point since;  // when it came to that stage
};

/// A connection that has come to a stage within so long is on its way, as is one that waits for this side. It
/// goes after those that stand still.
inline constexpr std::chrono::milliseconds kOnItsWay{1000};
/// A client sends its first byte with its answer to the SYN ACK. A connection that has not had so long for it
/// counts as one that speaks: else the newest would go wherever strangers send their first byte at once.
inline constexpr std::chrono::milliseconds kFirstByte{20};

/// Chooses which of the candidates has to go for a newcomer. It is one of the network that has most of them,
/// where the newcomer counts for its own; if several networks have as many, it is one of theirs. Of these it
/// is one that stands still, if there is one; of those, the one that has come least far; of those, the one
/// that came to its stage first. None if there are no candidates.
std::optional<std::size_t> choose_evicted(std::span<const EvictionCandidate> candidates,
                                          std::string_view newcomer,
                                          std::chrono::steady_clock::time_point now);

}  // namespace rtmp
