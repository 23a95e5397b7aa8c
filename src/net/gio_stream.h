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

/// Returns the peer of a connected TCP socket. Its host is "(gone)" if it has closed the connection already.
Peer peer_of(GSocket* socket);
/// Returns whether the peer has closed or broken the connection and has sent nothing.
bool has_left(GSocket* socket);

/// A connected TCP socket as a ByteStream. One thread reads, writes and waits. Any thread may call
/// interrupt(), cancel(), wake() and is_gone().
///
/// The socket is in non-blocking mode. If there is nothing to read, or no room to write, wait() polls it
/// together with a descriptor that wakes it up, until a deadline. Nothing else here blocks.
class GioStream final : public ByteStream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes over the socket. `before_read` is called before every read. If a peer takes nothing of what is
  /// written for `write_patience`, the connection counts as broken.
  GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read,
            std::chrono::milliseconds write_patience = limits::kWritePatience);
  ~GioStream() override;

  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override;
  Result<std::size_t> read_when_there(const Room& room) override;
  /// Blocks as read() does until a byte has come, and returns that byte, which the next read() gives again.
  Result<std::uint8_t> peek();
  bool becomes_readable(std::chrono::milliseconds patience) override;
  /// Writes all bytes. If it fails in the middle, all later writes fail, because the peer would take their
  /// bytes for the rest of these.
  Result<void> write(std::span<const std::uint8_t> bytes) override;

  /// From now on, reads fail with kTimedOut at `deadline`, however many bytes arrive until then. So does a
  /// write that has to wait.
  void set_deadline(Clock::time_point deadline);
  /// From now on, each read may wait for this long. 0: without limit.
  void set_idle_timeout(std::chrono::seconds timeout);

  /// Waits until `time` and reads nothing. Returns true then; returns false after cancel(), or if the
  /// connection was broken. A peer that only ends its side does not end the wait.
  bool rest_until(Clock::time_point time);
  /// Discards what arrives, until `time`, until the peer closes the connection, or until cancel(). No read()
  /// may follow.
  void discard_until(Clock::time_point time, std::size_t most_bytes = SIZE_MAX);
  /// Tells the peer that nothing more is sent, and discards what it still sends, for a second at most and not
  /// much beyond what has arrived. If the socket were closed with unread bytes, the connection would be
  /// reset, and the peer might lose the last bytes that were written.
  void linger();

  using Woken = Publisher::Woken;
  /// Waits for wake(), and reads nothing. It ends at `time`, after cancel(), or when the peer has gone, if
  /// the system tells that in spite of unread bytes.
  Woken wait_for_wake(Clock::time_point time);
  /// Ends a wait_for_wake(), or the next.
  void wake() { g_cancellable_cancel(wake_.get()); }

  /// Returns whether the peer has closed or broken the connection, if that can be seen before the unread
  /// bytes are read.
  [[nodiscard]] bool is_gone();

  /// Makes the read or write that waits now, or the next one, fail with `code`, and every read after it. Only
  /// the first call counts. Later writes still work.
  void interrupt(ErrorCode code);
  /// At this time, does what interrupt() does with kSentBack, if the stream is read from.
  void send_back_at(Clock::time_point time);
  /// Makes every read and write fail with kCancelled, including one that waits now.
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_; }
  void close();
  /// Returns whether anything has arrived, even if no read() has taken it. Any thread may call it.
  [[nodiscard]] bool has_heard();

 private:
  template <class Receive>
  Result<std::size_t> receive(bool waits, Receive receive);
  void note(std::size_t got, std::size_t room);
  enum class Wait { kReady, kWoken, kLate };
  Wait wait(short events, Clock::time_point until);
  [[nodiscard]] Clock::time_point read_until() const;
  [[nodiscard]] bool is_late() const;
  [[nodiscard]] bool interrupted() const { return end_.load() != ErrorCode::kEndOfStream; }
  Error interruption();
  [[nodiscard]] Error failure(int error) const;

  GObjectPtr<GSocket> socket_;
  const int fd_;
  const std::function<void()> before_read_;
  const std::chrono::milliseconds write_patience_;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::chrono::seconds idle_timeout_{0};
  bool drained_ = false;  // the last read has probably emptied the socket
  bool cut_off_ = false;  // a write has failed in the middle
  bool told_ = false;     // an interruption has been reported
  GObjectPtr<GCancellable> wake_;
  GPollFD wake_fd_{};
  std::atomic<ErrorCode> end_{ErrorCode::kEndOfStream};  // any other code: an interruption
  std::atomic<Clock::time_point> sent_back_{Clock::time_point::max()};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> heard_{false};
  std::mutex closing_;  // a descriptor must not be shut down after it was closed
};

}  // namespace rtmp
