// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rtmp {

/// How far a connection that does not publish has come. The later stages are worth more.
enum class Stage {
  kLeaving,     // its stream has ended, and the client may close it
  kRefused,     // the client was refused, or is about to be
  kSilent,      // nothing has been received
  kSpeaking,    // something has been received
  kSecured,     // the TLS handshake is over
  kGreeted,     // the RTMP handshake is over
  kConnecting,  // the client has sent connect
  kAsking,      // the client waits until this side decides on what it has asked
};

/// A connection that does not publish, and could be closed to make room for another one.
struct EvictionCandidate {
  std::string_view network;  // of its peer, see network_of()
  Stage stage;
  std::chrono::steady_clock::time_point since;  // when it reached that stage
};

/// A connection that has reached a stage within this time makes progress, and so does one that waits for this
/// side. It is closed only after those that stand still.
inline constexpr std::chrono::milliseconds kOnItsWay{1000};
/// A client sends its first byte with its answer to the SYN ACK. A connection that has not had this time for
/// it counts as one that speaks. Otherwise the newest would be closed wherever strangers send their first
/// byte at once.
inline constexpr std::chrono::milliseconds kFirstByte{20};

/// Chooses which of the candidates is closed for a newcomer. It is one of the network that has the most of
/// them, where the newcomer counts for its own network, and those at kLeaving do not count: an encoder that
/// comes back must not be closed for its old connections. If several networks have as many, all their
/// candidates are considered. Of these, one that stands still or leaves is closed before one that makes
/// progress; then the one at the earliest stage; then the one that reached its stage first. Returns nothing
/// if there are no candidates.
std::optional<std::size_t> choose_evicted(std::span<const EvictionCandidate> candidates,
                                          std::string_view newcomer,
                                          std::chrono::steady_clock::time_point now);

}  // namespace rtmp
