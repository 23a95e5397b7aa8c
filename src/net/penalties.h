// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace rtmp {

/// What wrong secrets cost the address that they come from (see limits.h): each a longer wait, and too many
/// the hearing. Of IPv6 the first 64 bits count: the others a host chooses as it likes. Thread-safe.
class Penalties {
 public:
  using Clock = std::chrono::steady_clock;

  /// One more refusal; for how long its answer has to wait.
  std::chrono::milliseconds refused(const std::string& host, Clock::time_point now = Clock::now());

  /// Whether the address is not to be listened to now.
  [[nodiscard]] bool bars(const std::string& host, Clock::time_point now = Clock::now()) const;

 private:
  struct Record {
    std::size_t refusals = 0;
    Clock::time_point forgiven;  // of which the last was
  };
  static void forgive(Record& record, Clock::time_point now);

  mutable std::mutex mutex_;
  std::map<std::string, Record> records_;
};

}  // namespace rtmp
