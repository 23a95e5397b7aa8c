// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "byte_stream.h"
#include "gobject_ptr.h"
#include "rtmp/publish.h"

namespace rtmp {

/// The other side of a connected TCP socket; "(gone)" if it has left already.
Peer peer_of(GSocket* socket);

/// A connected TCP socket as a ByteStream. One thread reads and writes; interrupt(), cancel() and silence()
/// come from any.
///
/// Waiting is a poll() inside GSocket, of the socket and of a descriptor that wakes it up. That one is kept
/// as long as the stream: a GCancellable by itself makes and closes one for every wait.
class GioStream final : public ByteStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes the socket over. `before_read` runs before every read.
  GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read);
  ~GioStream() override;

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  bool becomes_readable(std::chrono::milliseconds patience) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// From now on reads and writes fail with kTimedOut at `deadline`, however many bytes drip in until then.
  void set_deadline(Clock::time_point deadline);
  /// From now on each read or write may wait this long; 0: for ever.
  void set_idle_timeout(std::chrono::seconds timeout);

  /// Throws away what arrives, until then or until the peer closes. No read() may follow.
  void discard_until(Clock::time_point time);
  /// Tells the peer that nothing more comes, and takes what it still sends for a second at most: closing at
  /// once with bytes unread would reset the connection, and the peer might lose what was written last.
  void linger();

  /// How long a read has been waiting for the peer; 0 while none is.
  [[nodiscard]] std::chrono::milliseconds silence() const;

  /// Makes every read, also one that waits now, fail with `code`; the first that is given stays. What is
  /// written still goes out.
  void interrupt(ErrorCode code);
  /// Makes every read and write, also one that waits now, fail with kCancelled.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  void close();

 private:
  void begin_waiting();
  Result<void> arm_timeout();
  [[nodiscard]] Error failure(GError* error) const;

  GObjectPtr<GSocket> socket_;
  std::function<void()> before_read_;
  std::optional<Clock::time_point> deadline_;
  GObjectPtr<GCancellable> wake_;
  GPollFD wake_fd_{};
  std::atomic<Clock::time_point> waiting_since_{};       // of a read; none waits: 0
  std::atomic<ErrorCode> end_{ErrorCode::kEndOfStream};  // of a read, once it ends without bytes
  std::atomic<bool> cancelled_{false};
  std::mutex closing_;  // a descriptor must not be shut down after it was closed
};

}  // namespace rtmp
