// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace rtmp {

/// A number that one thread changes and any may read. Cheaper than an atomic that any may change.
class Counter {
 public:
  explicit Counter(std::uint64_t value = 0) : value_(value) {}

  void add(std::uint64_t n) { set(get() + n); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_;
};

/// The connections of one port, of whatever mount. The accept thread counts.
struct PortCounters {
  Counter connections;  // that are open now
  Counter accepted;     // since the server was started
  Counter refused;      // that were closed at once, because of a limit
};

/// What has gone over one connection. "In" is from the peer. The reader thread counts.
struct ConnectionCounters {
  Counter in_bytes_total;
  Counter out_bytes_total;
  Counter in_bytes_acked;   // by this side
  Counter out_bytes_acked;  // by the peer
  Counter in_chunk_size{128};
  Counter out_chunk_size{128};
  Counter in_window_ack_size;   // the window that the peer asked for; 0: it did not
  Counter out_window_ack_size;  // the window that it was told; 0: it was not yet
  Counter media_steps;          // media messages that came, and each limits::kLifeBytes of one
  Counter empty_video;          // video messages of at most one byte, which are left out
  Counter one_byte_audio;       // audio messages of one byte, which are left out
  Counter malformed;            // audio and video messages with an extended header that cannot be
  Counter not_script_data;      // data messages that are none, which are left out
  Counter descriptions;         // MultichannelConfig and colorInfo, left out where Enhanced RTMP is not taken
  Counter surplus_ends;         // end-of-sequence tags beyond what may be held back, which are left out
};

}  // namespace rtmp
