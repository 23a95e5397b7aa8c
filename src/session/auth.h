// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rtmp/credentials.h"

namespace rtmp {

/// Asks publishers for a user and a password in the two ways that encoders know: Adobe's, which is offered,
/// and Limelight's, for a client that asks for it. Each attempt is three connections of the client:
///
///     app                                          told to authenticate, and how
///     app?authmod=adobe&user=U                     given a challenge
///     app?authmod=adobe&user=U&...&response=R      accepted, or not
///
/// A challenge is random, good for a minute, and for one answer by the same user in the same mode; users that
/// do not exist get one as well. An answer that does not return the opaque is tried on the user's last
/// challenge, which only a right one uses up then. One object per server. Thread-safe; does not block.
class Authenticator {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds kLifetime{60};  // of a challenge
  static constexpr std::size_t kMaxChallenges = 1024;  // waiting for an answer; one more, and the oldest goes
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

  /// Judges one connect command. `application` is its app up to the first '?', as it was sent (Limelight's
  /// answer depends on it), `query` what stood behind that. `known` are all that may log in here; a user that
  /// can_log_in() says no to cannot.
  Answer check(std::string_view application, std::string_view query, std::span<const Credentials> known,
               Clock::time_point now = Clock::now());

 private:
  struct Challenge {
    std::string mode;
    std::string user;
    std::string id;         // what the client returns unchanged: Adobe's opaque, Limelight's nonce
    std::string salt;       // Adobe's only, as the next
    std::string challenge;  // takes the place of an opaque that the client did not return
    Clock::time_point issued;
  };
  struct Response {
    std::string_view mode;
    std::string_view user;
    std::string_view application;
    std::string_view query;
  };

  /// The description that carries a new challenge; nothing without random numbers.
  std::optional<std::string> issue(std::string_view mode, std::string_view user, Clock::time_point now);
  /// Whose password the response proves.
  std::optional<Credentials> judge(const Response& response, std::span<const Credentials> known,
                                   Clock::time_point now);
  static std::optional<Credentials> solver(const Challenge& challenge, const Response& response,
                                           std::span<const Credentials> known);
  void forget_expired(Clock::time_point now);

  std::mutex mutex_;
  std::deque<Challenge> pending_;  // the oldest first
};

/// Whether they are the same. The time it takes tells their lengths at most, and not where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace rtmp
