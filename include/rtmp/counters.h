// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace rtmp {

/// A number that one thread changes and any thread may read. It is cheaper than an atomic number that several
/// threads may change.
class Counter {
 public:
  explicit Counter(std::uint64_t value = 0) : value_(value) {}

  void add(std::uint64_t n) { set(get() + n); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_;
};

/// Counts the connections of one port, whatever mount they publish to. The accept thread writes.
struct PortCounters {
  Counter connections;  // connections that are open now
  Counter accepted;     // connections accepted since the server was started
  Counter refused;      // connections that were closed at once, because of a limit
};

/// Counts what one connection carries. "In" means from the peer. The reader thread writes.
struct ConnectionCounters {
  Counter in_bytes_total;
  Counter out_bytes_total;
  Counter in_bytes_acked;   // acknowledged by this side
  Counter out_bytes_acked;  // acknowledged by the peer
  Counter in_chunk_size{128};
  Counter out_chunk_size{128};
  Counter in_window_ack_size;   // the window that the peer asked for; 0: it has not asked
  Counter out_window_ack_size;  // the window that the peer was told; 0: it has not been told
  Counter media_steps;          // media messages, and each limits::kLifeBytes of a longer one
  Counter empty_video;          // video messages of at most one byte, which are left out
  Counter one_byte_audio;       // audio messages of one byte, which are left out
  Counter malformed;            // audio and video messages with an extended header that is not valid
  Counter not_script_data;      // data messages without script data, which are left out
  Counter descriptions;         // MultichannelConfig and colorInfo that are left out, with enhanced=false
  Counter surplus_ends;         // end-of-sequence tags beyond what may be held back, which are left out
};

}  // namespace rtmp
