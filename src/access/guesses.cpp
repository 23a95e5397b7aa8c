// SPDX-License-Identifier: LGPL-2.1-or-later
#include "guesses.h"

#include <glib.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "rtmp/limits.h"

namespace rtmp {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr auto kAll = limits::kGuessesAtOnce * limits::kGuessInterval;

}  // namespace

// If the kernel has no random numbers yet, the key is empty. Then an attacker who can read the memory of this
// process could find out what was guessed.
Guesses::Guesses() : key_(kKeyBytes, '\0') {
  if (getentropy(key_.data(), key_.size()) != 0) key_.clear();
}

Guesses::Hash Guesses::hash_of(std::string_view secret) const {
  GHmac* hmac = g_hmac_new(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(key_.data()), key_.size());
  if (!secret.empty())
    g_hmac_update(hmac, reinterpret_cast<const guchar*>(secret.data()), static_cast<gssize>(secret.size()));
  std::array<std::uint8_t, 32> digest;
  gsize size = digest.size();
  g_hmac_get_digest(hmac, digest.data(), &size);
  g_hmac_unref(hmac);
  Hash hash;
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

Guesses::Ticket Guesses::ask(const std::string& place, const Secret& secret, Clock::time_point now) {
  const Hash hash = hash_of(secret.text);
  std::lock_guard lock(mutex_);
  Place& here = at(place, now);
  auto& known = secret.right ? here.right : here.wrong;
  const bool remembers = secret.right || secret.repeats;
  const auto before = std::ranges::find(known, hash, &Known::hash);
  if (remembers && before != known.end()) {
    std::rotate(known.begin(), before, before + 1);  // the last one becomes the first
    return {.judged = true, .when = std::max(now, known.front().when)};
  }

  const auto settled = std::max(here.settled, now) + limits::kGuessInterval;
  const auto when = std::max(now, settled - kAll);
  if (when - now > limits::kLongestGuessWait) return {.judged = false, .when = now};
  here.settled = settled;
  if (remembers) {
    known.push_front({hash, when});
    if (known.size() > (secret.right ? limits::kMaxRightSecrets : limits::kMaxWrongSecrets)) known.pop_back();
  }
  return {.judged = true, .when = when, .paid = true};
}

void Guesses::pay_back(const std::string& place) {
  std::lock_guard lock(mutex_);
  const auto found = places_.find(place);
  if (found != places_.end()) found->second.settled -= limits::kGuessInterval;
}

Guesses::Place& Guesses::at(const std::string& place, Clock::time_point now) {
  if (places_.size() >= limits::kMaxGuessingPlaces && !places_.contains(place)) {
    // The place that owes least is forgotten, so a place cannot get rid of a debt if others owe less. Of the
    // places that owe nothing, it is the one that was unused for the longest time.
    places_.erase(std::ranges::min_element(places_, {}, [&](const auto& entry) {
      return std::pair(std::max(entry.second.settled, now), entry.second.used);
    }));
  }
  Place& here = places_[place];
  here.used = now;
  return here;
}

}  // namespace rtmp
