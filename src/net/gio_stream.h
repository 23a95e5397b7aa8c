// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "byte_stream.h"
#include "glib_ptr.h"
#include "publisher.h"
#include "rtmp/limits.h"
#include "rtmp/publish.h"

namespace rtmp {

/// The other side of a connected TCP socket; "(gone)" if it has left already.
Peer peer_of(GSocket* socket);
/// Whether that side has closed or broken the connection and has sent nothing.
bool has_left(GSocket* socket);

/// A connected TCP socket as a ByteStream. One thread reads, writes and waits; interrupt(), cancel(), wake(),
/// and is_gone() come from any.
///
/// The socket does not block: where there is nothing to be read, or no room to write, wait() polls it and a
/// descriptor that wakes it up, until a deadline. No other call here blocks.
class GioStream final : public ByteStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes the socket over. `before_read` runs before every read. A peer that does not take what is written
  /// for as long as `write_patience` breaks the connection.
  GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read,
            std::chrono::milliseconds write_patience = limits::kWritePatience);
  ~GioStream() override;

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  bool becomes_readable(std::chrono::milliseconds patience) override;
  /// Where it fails in the middle, so does every write that follows: the peer would take it for the rest.
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// From now on reads fail with kTimedOut at `deadline`, however many bytes drip in until then, and so does
  /// a write that has to wait.
  void set_deadline(Clock::time_point deadline);
  /// From now on each read may wait this long; 0: for ever.
  void set_idle_timeout(std::chrono::seconds timeout);

  /// Waits until then, and reads nothing, or until cancel() or until the connection is broken; whether it is
  /// `time`. A peer that has only ended its side cannot cut it short.
  bool rest_until(Clock::time_point time);
  /// Throws away what arrives, until then or until the peer closes or cancel(). No read() may follow.
  void discard_until(Clock::time_point time, std::size_t most_bytes = SIZE_MAX);
  /// Tells the peer that nothing more comes, and takes what it still sends, for a second at most, and little
  /// more than has arrived: closing at once with bytes unread would reset the connection, and the peer might
  /// lose what was written last.
  void linger();

  using Woken = Publisher::Woken;
  /// Waits for wake(), while nothing is read: until `time`, or until the peer has gone, where the system
  /// tells in spite of bytes that are unread, or cancel().
  Woken wait_for_wake(Clock::time_point time);
  /// Ends a wait_for_wake(), or the next.
  void wake() { g_cancellable_cancel(wake_.get()); }

  /// Whether the peer has closed or broken the connection, as far as that shows before what is unread is
  /// read.
  [[nodiscard]] bool is_gone();

  /// Makes the read or write that waits now, or the next, fail with `code`, and every read after it; the
  /// first that is given stays. What is written then still goes out.
  void interrupt(ErrorCode code);
  /// Makes every read and write, also one that waits now, fail with kCancelled.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  void close();
  /// Whether anything has arrived yet, also where no read() has taken it. From any thread.
  [[nodiscard]] bool has_heard();

 private:
  enum class Wait { kReady, kWoken, kLate };
  Wait wait(short events, Clock::time_point until);
  [[nodiscard]] Clock::time_point read_until() const;
  [[nodiscard]] bool interrupted() const { return end_.load() != ErrorCode::kEndOfStream; }
  Error interruption();
  [[nodiscard]] Error failure(int error) const;

  GObjectPtr<GSocket> socket_;
  const int fd_;
  const std::function<void()> before_read_;
  const std::chrono::milliseconds write_patience_;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::chrono::seconds idle_timeout_{0};
  bool drained_ = false;  // the socket, most likely, by the last read
  bool cut_off_ = false;  // a write, in the middle
  bool told_ = false;     // an interruption
  GObjectPtr<GCancellable> wake_;
  GPollFD wake_fd_{};
  std::atomic<ErrorCode> end_{ErrorCode::kEndOfStream};  // an interruption, if it is another
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> heard_{false};
  std::mutex closing_;  // a descriptor must not be shut down after it was closed
};

}  // namespace rtmp
