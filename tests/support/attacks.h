// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "recording.h"
#include "wire.h"

namespace rtmp::test {

/// A hostile client's use of one connection.
struct Attack {
  enum class End {
    kHalfClose,
    kClose,
    kReset
  };  // kHalfClose: it sends nothing more, and the server may end it

  std::shared_ptr<const Bytes> bytes;
  std::size_t piece = SIZE_MAX;        // bytes in one write
  std::chrono::milliseconds pause{0};  // between two writes
  std::chrono::milliseconds stay{0};   // after the last write, unless the server closes first
  bool reads = true;                   // it reads what the server answers
  End end = End::kClose;
};

/// Makes attacks of every kind in turn. A seed gives the same attacks on every machine.
class Attacks {
 public:
  /// Those that try to publish use application "live". `taken` is the key of a publisher in place.
  Attacks(std::uint32_t seed, std::string taken);

  Attack next();

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  Attack ends_somehow(Attack attack);
  Bytes noise(std::size_t size);
  Bytes mutated_session();

  Attack random_bytes();
  Attack random_chunks();
  Attack mutated();
  Attack half_handshake();
  Attack slow_drip();
  Attack reset_at_once();
  Attack never_reads();
  Attack declares_long_messages();
  Attack nested_objects();
  Attack wants_the_taken_key();

  std::mt19937 random_;
  std::string taken_;
  std::vector<Recording> recordings_;
  std::vector<std::shared_ptr<const Bytes>> long_messages_;
  std::vector<std::shared_ptr<const Bytes>> nested_;
  std::vector<std::shared_ptr<const Bytes>> questions_;
  std::size_t count_ = 0;
};

}  // namespace rtmp::test
