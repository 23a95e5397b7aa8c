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

namespace rtmp {

/// A connected TCP socket as a ByteStream. One thread reads and writes; cancel() comes from any.
///
/// Waiting is a plain poll() inside GSocket. It is cancelled by shutting the socket down, not with a
/// GCancellable, which would cost an eventfd for every wait.
class GioStream final : public ByteStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes the socket over. `before_read` runs before every read.
  GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read);
  ~GioStream() override { close(); }

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// From now on reads and writes fail with kTimedOut at `deadline`, however many bytes drip in until then.
  void set_deadline(Clock::time_point deadline);
  /// From now on each read or write may wait this long; 0: for ever.
  void set_idle_timeout(std::chrono::seconds timeout);

  /// Tells the peer that nothing more comes, and takes what it still sends for a second at most: closing at
  /// once with bytes unread would reset the connection, and the peer might lose what was written last.
  void linger();

  /// Makes every read and write, also one that waits now, fail with kCancelled.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  void close();

  /// Address and port of the other side, as text.
  [[nodiscard]] std::string peer() const;

 private:
  Result<void> arm_timeout();
  [[nodiscard]] Error failure(GError* error) const;

  GObjectPtr<GSocket> socket_;
  std::function<void()> before_read_;
  std::optional<Clock::time_point> deadline_;
  std::atomic<bool> cancelled_{false};
  std::mutex closing_;  // a descriptor must not be shut down after it was closed
};

}  // namespace rtmp
