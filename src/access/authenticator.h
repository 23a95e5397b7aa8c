// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "rtmp/credentials.h"

namespace rtmp {

/// Asks publishers for a user and a password in the two ways that encoders know: Adobe's, which is offered,
/// and Limelight's, for a client that asks for it. Each attempt is three connections of the client:
///
///     app                                          told to authenticate, and how
///     app?authmod=adobe&user=U                     given a challenge
///     app?authmod=adobe&user=U&...&response=R      accepted, or not
///
/// A challenge takes no memory, so that nobody can crowd out another's. It carries the time and a random
/// number, signed with a key of this object together with mode, user and network: an answer that returns it
/// shows that it was given here, to this user at this network, and when. Users that do not exist get one as
/// well. An answer that does not return the opaque is tried on the challenge proper, which is the same for a
/// user, a network and a minute. No right answer is taken twice. One object per server. Thread-safe; does not
/// block.
class Authenticator {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds kLifetime{60};  // of a challenge; up to twice that without its opaque
  static constexpr std::size_t kMaxUsed = 16384;  // right answers that are remembered, for twice the lifetime
  static constexpr std::size_t kMaxDescription = 250;  // bytes; FFmpeg has room for 255

  enum class Verdict {
    kAccepted,
    kChallenge,  // told what to do next, as every client is that means well
    kRefused,    // a wrong, expired or repeated answer, or a user name that cannot be
  };

  struct Answer {
    Verdict verdict;
    std::string description;         // for NetConnection.Connect.Rejected, at most kMaxDescription; UTF-8
    std::optional<Credentials> who;  // with kAccepted: whose password it was
  };

  /// Whether the query of a connect command is that of a client that logs in.
  static bool is_asked(std::string_view query);
  /// The user that such a client names; "" if it names none.
  static std::string_view user_of(std::string_view query);
  /// The answer to one whose answer is wrong, or not judged.
  static Answer refusal(std::string_view query);

  Authenticator();

  /// Judges one connect command from `network`. `application` is its app up to the first '?', as it was sent
  /// (Limelight's answer depends on it), `query` what stood behind that. `known` are all that may log in
  /// here; a user that can_log_in() says no to cannot.
  Answer check(std::string_view application, std::string_view query, std::span<const Credentials> known,
               std::string_view network, Clock::time_point now = Clock::now());

 private:
  /// What an answer is an answer to.
  struct Challenge {
    std::string id;         // what the client returns unchanged: Adobe's opaque, Limelight's nonce
    std::string salt;       // Adobe's only, as the next
    std::string challenge;  // takes the place of an opaque that the client did not return
  };
  /// Who asks, and how.
  struct Client {
    std::string_view mode;
    std::string_view user;
    std::string_view network;
    std::string_view application;
    std::string_view query;
  };

  /// The description that carries a new challenge; nothing without random numbers.
  std::optional<std::string> issue(const Client& client, Clock::time_point now) const;
  /// Whose password the client's answer proves.
  std::optional<Credentials> judge(const Client& client, std::span<const Credentials> known,
                                   Clock::time_point now);
  static std::optional<Credentials> solver(const Challenge& challenge, const Client& client,
                                           std::span<const Credentials> known);
  [[nodiscard]] std::optional<Challenge> returned(const Client& client, std::string_view id,
                                                  Clock::time_point now) const;
  [[nodiscard]] std::string salt_of(const Client& client) const;
  [[nodiscard]] std::string challenge_of(const Client& client, std::int64_t minute) const;
  /// Hexadecimal digits that only this object can make of these.
  [[nodiscard]] std::string sign(std::string_view purpose, const Client& client, std::string_view text,
                                 std::size_t digits) const;
  /// False if it was there.
  bool use(std::string answer, Clock::time_point now);

  std::string key_;  // empty without random numbers: nobody can log in
  std::mutex mutex_;
  std::deque<std::pair<Clock::time_point, std::string>> used_;  // the oldest first
  std::set<std::string> used_answers_;
};

}  // namespace rtmp
