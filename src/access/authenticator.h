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

/// Asks publishers for a user and a password in the two ways that encoders know: Adobe's, which it offers,
/// and Limelight's, for a client that asks for it. A login takes three connections of the client:
///
///     app                                          the client is told to authenticate, and how
///     app?authmod=adobe&user=U                     the client is given a challenge
///     app?authmod=adobe&user=U&...&response=R      the client is accepted, or not
///
/// Challenges are not stored, so nobody can crowd out the challenge of another client. A challenge has the
/// time and a random number, signed with a key of this object together with mode, user and network. So an
/// answer that returns it shows that this object gave it to this user at this network, and when. Users that
/// do not exist get challenges, too. If an answer does not return the opaque, it is compared with the
/// challenge itself, which is the same for a user, a network and a minute. No right answer is accepted twice.
/// A server has one Authenticator. Any thread may call any function; none blocks.
class Authenticator {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds kLifetime{60};  // of a challenge; up to twice that without its opaque
  static constexpr std::size_t kMaxUsed = 16384;        // right answers remembered, for twice the lifetime
  static constexpr std::size_t kMaxDescription = 250;   // in bytes; FFmpeg has room for 255

  enum class Verdict {
    kAccepted,
    kChallenge,  // the client is told what to do next, as every client is that logs in
    kRefused,    // the answer is wrong, expired or repeated, or the user name is not possible
  };

  struct Answer {
    Verdict verdict;
    std::string description;         // for NetConnection.Connect.Rejected; UTF-8, at most kMaxDescription
    std::optional<Credentials> who;  // with kAccepted: the credentials that the client has
  };

  /// Returns whether the query of a connect command is that of a client that logs in.
  static bool is_asked(std::string_view query);
  /// Returns the user that such a client names. Empty if it names none.
  static std::string_view user_of(std::string_view query);
  /// Returns the refusal of a client whose answer is wrong, or was not judged.
  static Answer refusal(std::string_view query);

  Authenticator();

  /// Judges a connect command from `network`. `application` is its app up to the first '?', as it was sent,
  /// because Limelight's answer depends on it. `query` is what followed. `known` are all that may log in
  /// here. A user for whom can_log_in() returns false cannot log in.
  Answer check(std::string_view application, std::string_view query, std::span<const Credentials> known,
               std::string_view network, Clock::time_point now = Clock::now());

 private:
  /// What a client answers to.
  struct Challenge {
    std::string id;         // what the client returns unchanged: Adobe's opaque, Limelight's nonce
    std::string salt;       // only Adobe's
    std::string challenge;  // only Adobe's; stands in for an opaque that the client did not return
  };
  /// The client that logs in, and how.
  struct Client {
    std::string_view mode;
    std::string_view user;
    std::string_view network;
    std::string_view application;
    std::string_view query;
  };

  /// Returns the description with a new challenge. Returns nothing if there are no random numbers.
  std::optional<std::string> issue(const Client& client, Clock::time_point now) const;
  /// Returns the credentials whose password the client's answer proves.
  std::optional<Credentials> judge(const Client& client, std::span<const Credentials> known,
                                   Clock::time_point now);
  static std::optional<Credentials> solver(const Challenge& challenge, const Client& client,
                                           std::span<const Credentials> known);
  [[nodiscard]] std::optional<Challenge> returned(const Client& client, std::string_view id,
                                                  Clock::time_point now) const;
  [[nodiscard]] std::string salt_of(const Client& client) const;
  [[nodiscard]] std::string challenge_of(const Client& client, std::int64_t minute) const;
  /// Returns hexadecimal digits that only this object can compute for these values.
  [[nodiscard]] std::string sign(std::string_view purpose, const Client& client, std::string_view text,
                                 std::size_t digits) const;
  /// Remembers an answer. Returns false if it was there already.
  bool use(std::string answer, Clock::time_point now);

  std::string key_;  // empty without random numbers; nobody can log in then
  std::mutex mutex_;
  std::deque<std::pair<Clock::time_point, std::string>> used_;  // the oldest is first
  std::set<std::string> used_answers_;
};

}  // namespace rtmp
