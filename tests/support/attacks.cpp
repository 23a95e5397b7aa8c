// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attacks.h"

#include <algorithm>
#include <array>

#include "script.h"

namespace rtmp::test {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHandshake = 1 + 2 * 1536;
constexpr std::size_t kLongestSession = 64 << 10;  // of a recording that is mutated
constexpr std::size_t kNestedObjects = 600'000;
constexpr milliseconds kStays{20'000};  // longer than any deadline of the server

std::shared_ptr<const Bytes> shared(Bytes bytes) { return std::make_shared<const Bytes>(std::move(bytes)); }

Script publisher(const std::string& key) {
  return Script().handshake().connect().publish(key).chunk_size(4096);
}

// Each chunk stream begins a message of 16 MiB.
Bytes long_messages(Script script) {
  for (std::uint32_t chunk_stream = 3; chunk_stream < 70; ++chunk_stream)
    script.chunk({.chunk_stream = chunk_stream, .length = 0xFFFFFF, .type = MessageType::kVideo, .stream = 1},
                 Bytes(4096, 0x17));
  return script.bytes();
}

// {"a": {"a": {"a": ...
Bytes nested(const Bytes& before) { return join({before, repeat(wire("03 0001'a'"), kNestedObjects)}); }

}  // namespace

Attacks::Attacks(std::uint32_t seed, std::string taken)
    : random_(seed), taken_(std::move(taken)), recordings_(load_recordings()) {
  const Script connected = Script().handshake().connect();
  long_messages_ = {shared(long_messages(publisher("long"))),                       // as a publisher
                    shared(long_messages(Script(connected).chunk_size(4096))),      // not publishing
                    shared(long_messages(Script().handshake().chunk_size(4096)))};  // not even connected
  const Bytes name = wire("02 000A'onMetaData'");
  const Bytes connect = wire("02 0007'connect' 00 3FF0000000000000");
  nested_ = {
      shared(publisher("nested").data(0, nested(name)).bytes()),
      shared(publisher("nested").data(0, cut(nested(name), 200'000)).bytes()),
      shared(Script().handshake().message(MessageType::kCommand, cut(nested(connect), 200'000)).bytes()),
      shared(Script().handshake().message(MessageType::kCommand, nested(connect)).bytes())};
  // Each is answered, and there is no end to them but the server's limits.
  Script calls = connected;
  while (calls.size() < 1 << 20) calls.command("_checkbw", 7);
  Script pings = connected;
  while (pings.size() < 1 << 20) pings.message(MessageType::kUserControl, wire("0006 01020304"));
  questions_ = {shared(calls.bytes()), shared(pings.bytes())};
}

Attack Attacks::next() {
  using Make = Attack (Attacks::*)();
  // Most of those of which no two are alike; few of those that are slow.
  constexpr std::array<Make, 20> kRound{&Attacks::random_bytes,
                                        &Attacks::mutated,
                                        &Attacks::half_handshake,
                                        &Attacks::mutated,
                                        &Attacks::random_chunks,
                                        &Attacks::reset_at_once,
                                        &Attacks::mutated,
                                        &Attacks::slow_drip,
                                        &Attacks::declares_long_messages,
                                        &Attacks::random_bytes,
                                        &Attacks::mutated,
                                        &Attacks::wants_the_taken_key,
                                        &Attacks::reset_at_once,
                                        &Attacks::mutated,
                                        &Attacks::random_chunks,
                                        &Attacks::half_handshake,
                                        &Attacks::never_reads,
                                        &Attacks::mutated,
                                        &Attacks::declares_long_messages,
                                        &Attacks::reset_at_once};
  const std::size_t number = count_++;
  if (number % 50 == 0)  // they are of megabytes
    return nested_objects();
  return (this->*kRound[number % kRound.size()])();
}

Bytes Attacks::noise(std::size_t size) {
  Bytes bytes(size);
  std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random_()); });
  return bytes;
}

Bytes Attacks::mutated_session() {
  const Bytes& recorded = recordings_[below(recordings_.size())].bytes;
  Bytes bytes = cut(recorded, 1 + below(std::min(recorded.size(), kLongestSession)));
  // The handshake is looked at least: mostly what follows changes.
  const std::size_t from = below(8) == 0 ? 0 : std::min(kHandshake, bytes.size() - 1);
  for (std::size_t changes = below(12); changes > 0; --changes) {
    const std::size_t at = std::min(from + below(bytes.size() - from), bytes.size() - 1);
    const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto length = static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(bytes.size() - at, 40)));
    switch (below(5)) {
      case 0:
        *here = static_cast<std::uint8_t>(random_());
        break;
      case 1:
        *here = static_cast<std::uint8_t>(*here ^ 1u << below(8));
        break;
      case 2:
        std::fill(here, here + length, static_cast<std::uint8_t>(below(2) * 0xFF));
        break;
      case 3:
        if (bytes.size() > 64) bytes.erase(here, here + length);
        break;
      default: {
        const Bytes again(here, here + length);
        bytes.insert(here, again.begin(), again.end());
      }
    }
  }
  return bytes;
}

// Half of them until the server has read all and closed; the others while it may still read.
Attack Attacks::ends_somehow(Attack attack) {
  attack.end = static_cast<Attack::End>(std::max<std::size_t>(below(4), 1) - 1);
  const bool waits = attack.end == Attack::End::kHalfClose;
  attack.stay = waits ? milliseconds(900) : milliseconds(below(2) * below(60));
  return attack;
}

Attack Attacks::random_bytes() {
  Bytes bytes = noise(1 + below(8192));
  if (below(2) == 0) bytes[0] = 3;
  return ends_somehow({.bytes = shared(std::move(bytes))});
}

Attack Attacks::random_chunks() {
  Script script = below(2) == 0 ? Script().handshake() : publisher("noise");
  return ends_somehow({.bytes = shared(script.raw(noise(below(4096))).bytes())});
}

Attack Attacks::mutated() {
  return ends_somehow({.bytes = shared(mutated_session()),
                       .piece = below(3) == 0 ? 200 + below(4000) : SIZE_MAX,
                       .reads = below(4) != 0});
}

Attack Attacks::half_handshake() {
  Attack attack = ends_somehow({.bytes = shared(cut(Script().handshake().bytes(), below(kHandshake)))});
  if (below(16) == 0) attack.stay = kStays;
  return attack;
}

Attack Attacks::slow_drip() {
  return {.bytes = shared(publisher("drip").bytes()),
          .piece = 1 + below(32),
          .pause = milliseconds(5 + below(100)),
          .stay = kStays};
}

Attack Attacks::reset_at_once() {
  const Bytes session = publisher("reset").bytes();
  return {.bytes = shared(cut(session, below(2) * below(session.size()))), .end = Attack::End::kReset};
}

Attack Attacks::never_reads() {
  return {.bytes = questions_[below(questions_.size())], .stay = kStays, .reads = false};
}

Attack Attacks::declares_long_messages() {
  return ends_somehow({.bytes = long_messages_[below(long_messages_.size())]});
}

Attack Attacks::nested_objects() { return ends_somehow({.bytes = nested_[below(nested_.size())]}); }

Attack Attacks::wants_the_taken_key() {
  return ends_somehow({.bytes = shared(publisher(taken_).video(0, Bytes(5000, 0x17)).bytes())});
}

}  // namespace rtmp::test
