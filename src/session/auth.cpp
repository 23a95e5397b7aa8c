// SPDX-License-Identifier: LGPL-2.1-or-later
#include "auth.h"

#include <glib.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "auth_response.h"

namespace rtmp {
namespace {

// The values of authmod.
constexpr std::string_view kAdobe = "adobe";
constexpr std::string_view kLimelight = "llnw";

// Clients search these texts for single words, but rtmp2sink matches the whole of them with a regular
// expression. FFmpeg ends the mode at a space: only one mode can be offered.
constexpr std::string_view kNeedAuthentication =
    "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";

std::string rejection(std::string_view mode, std::string_view query) {
  return "[ AccessManager.Reject ] : [ authmod=" + std::string(mode) + " ] : ?reason=" + std::string(query);
}

// 96 bits that nobody can foresee: an attacker who could would ask a publisher for the answer in advance. So
// they are the kernel's, by the one call that Linux and macOS share, and that needs no file descriptor.
constexpr std::size_t kRandomDigits = 24;

/// Hexadecimal digits, which need no quoting in any query.
std::optional<std::string> random_digits() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::uint8_t, kRandomDigits> bytes;
  if (getentropy(bytes.data(), bytes.size()) != 0) return std::nullopt;
  std::string digits;
  for (const std::uint8_t byte : bytes) digits += kDigits[byte & 15];
  return digits;
}

/// The last value of a key, as clients append theirs. Nothing in it is quoted: no client does that, and a '+'
/// of base64 is one. A second '?' separates as well, where the application has a query of its own.
std::optional<std::string_view> value_of(std::string_view query, std::string_view key) {
  std::optional<std::string_view> value;
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find_first_of("&?"));
    query.remove_prefix(std::min(field.size() + 1, query.size()));
    const std::string_view name = field.substr(0, field.find('='));
    if (name == key) value = field.substr(std::min(name.size() + 1, field.size()));
  }
  return value;
}

/// librtmp built with GnuTLS does not end its base64, and sends what lies behind it in memory as well.
std::string_view up_to_padding(std::string_view base64) {
  const std::size_t padding = base64.find("==");
  return padding == std::string_view::npos ? base64 : base64.substr(0, padding + 2);
}

}  // namespace

// A description has to carry the name, and each client to find there still what it looks for. '&' and '?'
// separate fields, and '#' ends the query for rtmp2sink. Without '=' none of the words that clients look for
// can be a name.
bool can_log_in(std::string_view username) {
  const auto breaks_text = [](char c) {
    return g_ascii_iscntrl(c) || std::string_view("&?#=").find(c) != std::string_view::npos;
  };
  return !username.empty() && username.size() <= kMaxUsername &&
         std::ranges::none_of(username, breaks_text) &&
         g_utf8_validate(username.data(), static_cast<gssize>(username.size()), nullptr);
}

bool Authenticator::is_asked(std::string_view query) { return value_of(query, "authmod").has_value(); }

Authenticator::Answer Authenticator::check(std::string_view application, std::string_view query,
                                           std::span<const Credentials> known, Clock::time_point now) {
  const std::string_view mode = value_of(query, "authmod").value_or("");
  if (mode != kAdobe && mode != kLimelight) {
    return {Verdict::kChallenge, std::string(kNeedAuthentication), {}};
  }

  // From here on a client that is sent back to the start would come again, and FFmpeg for ever.
  const Answer refused{Verdict::kRefused, rejection(mode, "authfailed"), {}};
  const std::string_view user = value_of(query, "user").value_or("");
  if (!can_log_in(user)) return refused;

  if (!value_of(query, "response")) {
    const auto description = issue(mode, user, now);
    return description ? Answer{Verdict::kChallenge, *description, {}} : refused;
  }
  auto who = judge({mode, user, application, query}, known, now);
  return who ? Answer{Verdict::kAccepted, {}, std::move(who)} : refused;
}

std::optional<std::string> Authenticator::issue(std::string_view mode, std::string_view user,
                                                Clock::time_point now) {
  const auto id = random_digits();
  const auto salt = random_digits();
  const auto challenge = random_digits();
  if (!id || !salt || !challenge) return std::nullopt;
  {
    std::lock_guard lock(mutex_);
    forget_expired(now);
    if (pending_.size() == kMaxChallenges) pending_.pop_front();
    pending_.push_back({std::string(mode), std::string(user), *id, *salt, *challenge, now});
  }
  const std::string text = "needauth&user=" + std::string(user);
  if (mode == kLimelight) return rejection(mode, text + "&nonce=" + *id);
  return rejection(mode, text + "&salt=" + *salt + "&challenge=" + *challenge + "&opaque=" + *id);
}

std::optional<Credentials> Authenticator::judge(const Response& response, std::span<const Credentials> known,
                                                Clock::time_point now) {
  const auto id = value_of(response.query, response.mode == kAdobe ? "opaque" : "nonce").value_or("");
  std::lock_guard lock(mutex_);
  forget_expired(now);
  const auto found = std::find_if(pending_.rbegin(), pending_.rend(), [&](const Challenge& c) {
    return id.empty() ? c.mode == response.mode && c.user == response.user : c.id == id;
  });
  if (found == pending_.rend()) return std::nullopt;

  std::optional<Credentials> who;
  if (found->mode == response.mode && found->user == response.user) who = solver(*found, response, known);
  // A challenge that is named is used up, right or wrong. Where none is named it is the user's last, which a
  // stranger must not be able to spoil.
  if (!id.empty() || who) pending_.erase(std::next(found).base());
  return who;
}

std::optional<Credentials> Authenticator::solver(const Challenge& challenge, const Response& response,
                                                 std::span<const Credentials> known) {
  const auto sent = [&](std::string_view key) { return value_of(response.query, key).value_or(""); };
  const bool limelight = challenge.mode == kLimelight;
  const auto expected = [&](std::string_view password) {
    if (limelight) {
      return limelight_response({.user = challenge.user,
                                 .application = response.application,
                                 .nonce = challenge.id,
                                 .count = sent("nc"),
                                 .client_nonce = sent("cnonce")},
                                password);
    }
    return adobe_response({.user = challenge.user,
                           .salt = challenge.salt,
                           .from_server = sent("opaque").empty() ? challenge.challenge : challenge.id,
                           .from_client = up_to_padding(sent("challenge"))},
                          password);
  };
  const std::string_view received = limelight ? sent("response") : up_to_padding(sent("response"));
  // All users cost the same, whether they are meant or not: the time says nothing about who is known.
  std::optional<Credentials> who;
  for (const Credentials& candidate : known) {
    const bool right = equal_in_constant_time(received, expected(candidate.password));
    if (equal_in_constant_time(challenge.user, candidate.username) && right) who = candidate;
  }
  return who;
}

void Authenticator::forget_expired(Clock::time_point now) {
  while (!pending_.empty() && now - pending_.front().issued >= kLifetime) pending_.pop_front();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned difference = 0;  // volatile: the loop cannot be left early
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace rtmp
