// SPDX-License-Identifier: LGPL-2.1-or-later
#include "authenticator.h"

#include <glib.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

#include "auth_response.h"
#include "constant_time.h"

namespace rtmp {
namespace {

// The values of authmod.
constexpr std::string_view kAdobe = "adobe";
constexpr std::string_view kLimelight = "llnw";

// Clients search these texts for single words, but rtmp2sink matches the whole text with a regular
// expression. For FFmpeg the mode ends at a space, so only one mode can be offered.
constexpr std::string_view kNeedAuthentication =
    "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";

std::string rejection(std::string_view mode, std::string_view query) {
  return "[ AccessManager.Reject ] : [ authmod=" + std::string(mode) + " ] : ?reason=" + std::string(query);
}

// The parts of a challenge, in hexadecimal digits, which need no quoting in any query:
//
//     0000036ee80  5f3a91c04  8c0c436c9b1e       time in ms, a random number, and a signature of both
constexpr std::size_t kTimeDigits = 11;
constexpr std::size_t kRandomDigits = 9;
constexpr std::size_t kSignatureDigits = 12;
constexpr std::size_t kIdDigits = kTimeDigits + kRandomDigits + kSignatureDigits;
constexpr std::size_t kSaltDigits = 24;

/// Returns bytes that nobody can predict. They come from the kernel, by the one call that Linux and macOS
/// share and that needs no file descriptor.
template <std::size_t n>
std::optional<std::array<std::uint8_t, n>> random_bytes() {
  std::array<std::uint8_t, n> bytes;
  if (getentropy(bytes.data(), bytes.size()) != 0) return std::nullopt;
  return bytes;
}

std::string hexadecimal(std::uint64_t value, std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(digits, '0');
  for (std::size_t i = digits; i-- > 0; value >>= 4) text[i] = kDigits[value & 15];
  return text;
}

std::int64_t milliseconds(Authenticator::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::int64_t minute_of(Authenticator::Clock::time_point time) {
  return time.time_since_epoch() / Authenticator::kLifetime;
}

/// Returns the last value of a key, because clients append theirs. Values are not quoted: no client quotes
/// them, and base64 has a '+'. A second '?' separates fields, too, if the application has a query of its own.
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

/// librtmp built with GnuTLS does not end its base64, and sends the bytes of memory behind it, too.
std::string_view up_to_padding(std::string_view base64) {
  const std::size_t padding = base64.find("==");
  return padding == std::string_view::npos ? base64 : base64.substr(0, padding + 2);
}

}  // namespace

// The name must fit into a description in which each client still finds what it looks for. '&' and '?'
// separate fields, and '#' ends the query for rtmp2sink. Without '=', a name is none of the words that
// clients look for.
bool can_log_in(std::string_view username) {
  const auto breaks_text = [](char c) {
    return g_ascii_iscntrl(c) || std::string_view("&?#=").find(c) != std::string_view::npos;
  };
  return !username.empty() && username.size() <= kMaxUsername &&
         std::ranges::none_of(username, breaks_text) &&
         g_utf8_validate(username.data(), static_cast<gssize>(username.size()), nullptr);
}

Authenticator::Authenticator() {
  if (const auto random = random_bytes<32>()) key_.assign(random->begin(), random->end());
}

bool Authenticator::is_asked(std::string_view query) { return value_of(query, "authmod").has_value(); }

std::string_view Authenticator::user_of(std::string_view query) {
  return value_of(query, "user").value_or("");
}

Authenticator::Answer Authenticator::refusal(std::string_view query) {
  return {Verdict::kRefused, rejection(value_of(query, "authmod").value_or(""), "authfailed"), {}};
}

Authenticator::Answer Authenticator::check(std::string_view application, std::string_view query,
                                           std::span<const Credentials> known, std::string_view network,
                                           Clock::time_point now) {
  const std::string_view mode = value_of(query, "authmod").value_or("");
  if (mode != kAdobe && mode != kLimelight) {
    return {Verdict::kChallenge, std::string(kNeedAuthentication), {}};
  }

  // From here on, a client that were sent back to the start would come again; FFmpeg would do so for ever.
  Answer refused = refusal(query);
  const std::string_view user = user_of(query);
  if (!can_log_in(user) || key_.empty()) return refused;

  const Client client{mode, user, network, application, query};
  if (!value_of(query, "response")) {
    const auto description = issue(client, now);
    return description ? Answer{Verdict::kChallenge, *description, {}} : refused;
  }
  auto who = judge(client, known, now);
  return who ? Answer{Verdict::kAccepted, {}, std::move(who)} : refused;
}

std::optional<std::string> Authenticator::issue(const Client& client, Clock::time_point now) const {
  const auto random = random_bytes<sizeof(std::uint64_t)>();
  if (!random) return std::nullopt;
  std::string id = hexadecimal(static_cast<std::uint64_t>(milliseconds(now)), kTimeDigits);
  id += hexadecimal(std::bit_cast<std::uint64_t>(*random), kRandomDigits);
  id += sign("id", client, id, kSignatureDigits);
  const std::string text = "needauth&user=" + std::string(client.user);
  if (client.mode == kLimelight) return rejection(client.mode, text + "&nonce=" + id);
  return rejection(client.mode, text + "&salt=" + salt_of(client) +
                                    "&challenge=" + challenge_of(client, minute_of(now)) + "&opaque=" + id);
}

// The same for each login of a user from a network, so it need not be remembered. The challenge is different.
std::string Authenticator::salt_of(const Client& client) const {
  return sign("salt", client, {}, kSaltDigits);
}

std::string Authenticator::challenge_of(const Client& client, std::int64_t minute) const {
  return sign("challenge", client, std::to_string(minute), kSaltDigits);
}

std::string Authenticator::sign(std::string_view purpose, const Client& client, std::string_view text,
                                std::size_t digits) const {
  GHmac* hmac = g_hmac_new(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(key_.data()), key_.size());
  for (const std::string_view part : {purpose, client.mode, client.user, client.network, text}) {
    const std::string length = std::to_string(part.size()) + ":";  // shows where a part ends
    g_hmac_update(hmac, reinterpret_cast<const guchar*>(length.data()), static_cast<gssize>(length.size()));
    if (!part.empty())
      g_hmac_update(hmac, reinterpret_cast<const guchar*>(part.data()), static_cast<gssize>(part.size()));
  }
  std::string signature = g_hmac_get_string(hmac);
  g_hmac_unref(hmac);
  signature.resize(digits);
  return signature;
}

/// Returns the challenge that an answer names, if this object has given it and it is not too old.
std::optional<Authenticator::Challenge> Authenticator::returned(const Client& client, std::string_view id,
                                                                Clock::time_point now) const {
  if (id.size() != kIdDigits) return std::nullopt;
  const std::string_view said = id.substr(0, kTimeDigits + kRandomDigits);
  if (!equal_in_constant_time(id.substr(said.size()), sign("id", client, said, kSignatureDigits)))
    return std::nullopt;
  const auto issued = static_cast<std::int64_t>(
      g_ascii_strtoull(std::string(said.substr(0, kTimeDigits)).c_str(), nullptr, 16));
  if (milliseconds(now) - issued >= std::chrono::milliseconds(kLifetime).count()) return std::nullopt;
  return Challenge{std::string(id), salt_of(client), {}};
}

std::optional<Credentials> Authenticator::judge(const Client& client, std::span<const Credentials> known,
                                                Clock::time_point now) {
  const auto id = value_of(client.query, client.mode == kAdobe ? "opaque" : "nonce").value_or("");
  std::optional<Credentials> who;
  if (!id.empty()) {
    if (const auto challenge = returned(client, id, now)) who = solver(*challenge, client, known);
  } else if (client.mode == kAdobe) {
    // The challenge may be of this minute or of the one before.
    for (std::int64_t minute = minute_of(now); !who && minute >= minute_of(now) - 1; --minute)
      who = solver({{}, salt_of(client), challenge_of(client, minute)}, client, known);
  }
  // A wrong answer need not be remembered, because its repetition tells the client nothing new.
  const auto response = up_to_padding(value_of(client.query, "response").value_or(""));
  if (who && !use(sign("answer", client, response, kIdDigits), now)) return std::nullopt;
  return who;
}

std::optional<Credentials> Authenticator::solver(const Challenge& challenge, const Client& client,
                                                 std::span<const Credentials> known) {
  const auto sent = [&](std::string_view key) { return value_of(client.query, key).value_or(""); };
  const bool limelight = client.mode == kLimelight;
  const auto expected = [&](std::string_view password) {
    if (limelight) {
      return limelight_response({.user = client.user,
                                 .application = client.application,
                                 .nonce = challenge.id,
                                 .count = sent("nc"),
                                 .client_nonce = sent("cnonce")},
                                password);
    }
    return adobe_response({.user = client.user,
                           .salt = challenge.salt,
                           .from_server = challenge.id.empty() ? challenge.challenge : challenge.id,
                           .from_client = up_to_padding(sent("challenge"))},
                          password);
  };
  const std::string_view received = limelight ? sent("response") : up_to_padding(sent("response"));
  // Each user takes the same time, so the time does not tell which users exist.
  std::optional<Credentials> who;
  for (const Credentials& candidate : known) {
    const bool right = equal_in_constant_time(received, expected(candidate.password));
    if (equal_in_constant_time(client.user, candidate.username) && right) who = candidate;
  }
  return who;
}

bool Authenticator::use(std::string answer, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  while (!used_.empty() && (now - used_.front().first >= 2 * kLifetime || used_.size() >= kMaxUsed)) {
    used_answers_.erase(used_.front().second);
    used_.pop_front();
  }
  if (!used_answers_.insert(answer).second) return false;
  used_.emplace_back(now, std::move(answer));
  return true;
}

}  // namespace rtmp
