// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "options.h"
#include "publisher.h"
#include "server_process.h"

namespace rtmp::bench {

/// A process with an element for each of some publishers, all on one port, or with the floor, and these
/// publishers.
class Site {
 public:
  static constexpr std::size_t kChunkSize = 4096;

  /// Starts the elements. Nobody publishes yet.
  Site(const Options& options, std::size_t streams);

  /// The next publisher connects, publishes, and sends its metadata and sequence headers.
  void add_publisher();
  void add_all_publishers() {
    while (publishers_.size() < streams_) add_publisher();
  }

  [[nodiscard]] ServerProcess& server() { return server_; }
  [[nodiscard]] std::deque<Publisher>& publishers() { return publishers_; }
  /// Tags that a publisher has sent when it has been added; with the file header, buffers of its sink.
  [[nodiscard]] std::uint64_t preamble_tags() const { return dialogues_.front().preamble_tags; }

  /// How long the elements took to start, until the port was known.
  [[nodiscard]] double startup_seconds() const { return startup_seconds_; }

  /// What all publishers have sent so far, in bytes.
  [[nodiscard]] std::uint64_t sent_bytes() const;

  /// The publishers leave, one by one; their elements end with them, and the process with the last. The count
  /// is that of the tags where they arrive last, or of the floor that of the bytes.
  [[nodiscard]] ServerReport end();

  /// The first place where no publisher comes from.
  static constexpr Place kFreePlace = 100;

 private:
  const Options options_;
  const std::size_t streams_;
  const Clock::time_point started_ = Clock::now();
  std::optional<ServerProcess> next_;  // to which server_ passes on what comes
  ServerProcess server_;
  const double startup_seconds_;
  std::deque<RtmpLoad> dialogues_;
  std::deque<Publisher> publishers_;
};

}  // namespace rtmp::bench
