// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rtmp_load.h"
#include "socket.h"

namespace rtmp::bench {

/// Whether the other side speaks RTMP, or only swallows bytes.
enum class Peer { kAnswers, kSilent };

/// One publication of a load, over one connection.
class Publisher {
 public:
  Publisher(int port, const RtmpLoad& load, Place place = 0)
      : load_(load), socket_(connect_to_loopback(port, place)) {}

  /// Everything up to the first media byte: with a peer that answers, until it accepts the publication.
  void start(Peer peer);

  /// Sends the preamble and the pattern `patterns` times. Stops early, and returns false, at the deadline.
  bool send_media(std::uint64_t patterns, Clock::time_point deadline);

  /// Sends all of `bytes` and takes in what the server has sent meanwhile. False at the deadline.
  bool send(std::span<const std::uint8_t> bytes, Clock::time_point deadline);

  /// Says goodbye, and waits until the peer has read it all and closes too: closing before that with unread
  /// replies would reset the connection and destroy data on its way.
  void finish(Clock::time_point deadline);

  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  void wait_for_reply_size(std::size_t size, Clock::time_point deadline);
  void wait_for_reply_text(std::string_view text, Clock::time_point deadline);
  void receive(std::string* keep);

  const RtmpLoad& load_;
  Fd socket_;
  std::string replies_;  // until the publication has started
  bool peer_closed_ = false;
  std::uint64_t sent_bytes_ = 0;
};

}  // namespace rtmp::bench
