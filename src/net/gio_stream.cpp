// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gio_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

namespace rtmp {
namespace {

constexpr std::chrono::seconds kLingerTime{1};
constexpr std::size_t kSmallRead = 64 << 10;
constexpr std::size_t kLingerBytes = 16 << 20;  // twice what the buffer of the socket holds

// The events by which poll() tells that the peer has closed its side, even behind bytes that are unread.
#ifdef POLLRDHUP
constexpr short kPeerCloses = POLLRDHUP;
#else
constexpr short kPeerCloses = 0;
#endif
constexpr short kPeerIsGone = kPeerCloses | POLLHUP | POLLERR | POLLNVAL;

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;  // GSocket has turned the signal off
#endif

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// The timeout for poll(), rounded up, so that the time is over when poll() returns.
int ms_until(GioStream::Clock::time_point time) {
  if (time == GioStream::Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - GioStream::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

const char* describe(ErrorCode end) {
  switch (end) {
    case ErrorCode::kReplaced:
      return "replaced by another connection";
    case ErrorCode::kTurnedOut:
    case ErrorCode::kSentBack:
      return "turned out by the application";
    case ErrorCode::kOverLimit:
      return "beyond a limit for publishers";
    case ErrorCode::kLimitExceeded:
      return "it holds the most of what this port has for messages that are not complete";
    default:
      return "stopped";
  }
}

GioStream::Clock::time_point later(std::chrono::milliseconds patience) {
  return GioStream::Clock::now() + patience;
}

}  // namespace

Peer peer_of(GSocket* socket) {
  GObjectPtr<GSocketAddress> address(g_socket_get_remote_address(socket, nullptr));
  if (!address) return {.host = "(gone)"};
  auto* inet = G_INET_SOCKET_ADDRESS(address.get());
  gchar* host = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
  Peer peer{.host = host, .port = g_inet_socket_address_get_port(inet)};
  g_free(host);
  return peer;
}

bool has_left(GSocket* socket) {
  char first = 0;
  const ssize_t got = ::recv(g_socket_get_fd(socket), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EINTR && !would_block(errno));
}

GioStream::GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read,
                     std::chrono::milliseconds write_patience)
    : socket_(std::move(socket)),
      fd_(g_socket_get_fd(socket_.get())),
      before_read_(std::move(before_read)),
      write_patience_(write_patience),
      wake_(g_cancellable_new()) {
  g_cancellable_make_pollfd(wake_.get(), &wake_fd_);
  // Replies are small, and the publisher waits for them.
  g_socket_set_option(socket_.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_keepalive(socket_.get(), TRUE);
}

GioStream::~GioStream() {
  close();
  g_cancellable_release_fd(wake_.get());
}

// Calls `receive` until it has bytes. If `waits`, it waits before the first call.
template <class Receive>
Result<std::size_t> GioStream::receive(bool waits, Receive receive) {
  Clock::time_point until{};  // set when it has to wait
  for (;;) {
    if (is_late()) interrupt(ErrorCode::kSentBack);
    if (interrupted()) return interruption();
    if (deadline_ != Clock::time_point::max() && Clock::now() >= deadline_)
      return Error{ErrorCode::kTimedOut, "too slow"};
    if (waits) {
      if (until == Clock::time_point{}) until = read_until();
      if (wait(POLLIN, std::min(until, sent_back_.load())) == Wait::kLate && !is_late())
        return Error{ErrorCode::kTimedOut, "timed out"};
      waits = false;
      continue;
    }
    const ssize_t got = receive();
    if (got > 0) {
      heard_ = true;
      return static_cast<std::size_t>(got);
    }
    if (got == 0) {
      if (interrupted()) return interruption();
      return Error{ErrorCode::kEndOfStream, "the peer closed the connection"};
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) return failure(errno);
    waits = true;
  }
}

// A small read has probably taken everything that was there. Then the next one waits first, and does not try
// in vain.
void GioStream::note(std::size_t got, std::size_t room) { drained_ = got <= kSmallRead && got < room; }

Result<std::size_t> GioStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) {
  before_read_();
  const std::array<iovec, 2> parts{{{first.data(), first.size()}, {second.data(), second.size()}}};
  const auto got = receive(drained_, [&] { return ::readv(fd_, parts.data(), second.empty() ? 1 : 2); });
  if (got) note(*got, first.size() + second.size());
  return got;
}

Result<std::size_t> GioStream::read_when_there(const Room& room) {
  before_read_();
  std::span<std::uint8_t> bytes;
  const auto got = receive(drained_, [&] {
    bytes = room();
    return ::recv(fd_, bytes.data(), bytes.size(), 0);
  });
  if (got) note(*got, bytes.size());
  return got;
}

Result<std::uint8_t> GioStream::peek() {
  std::uint8_t byte = 0;
  const auto got = receive(drained_, [&] { return ::recv(fd_, &byte, 1, MSG_PEEK); });
  if (!got) return got.error();
  drained_ = false;
  return byte;
}

GioStream::Clock::time_point GioStream::read_until() const {
  if (idle_timeout_.count() == 0 || deadline_ != Clock::time_point::max()) return deadline_;
  return later(idle_timeout_);
}

bool GioStream::becomes_readable(std::chrono::milliseconds patience) {
  before_read_();
  const auto until = std::min(later(patience), deadline_);
  Wait waited = wait(POLLIN, until);
  while (waited == Wait::kWoken && !interrupted()) waited = wait(POLLIN, until);
  if (waited == Wait::kReady) drained_ = false;  // the next read need not wait for what is there
  return waited != Wait::kLate;
}

Result<void> GioStream::write(std::span<const std::uint8_t> bytes) {
  if (cut_off_) return Error{ErrorCode::kIo, "what was written before has not gone out whole"};
  const std::size_t size = bytes.size();
  const auto fail = [&](Error error) {
    cut_off_ = bytes.size() < size;
    return error;
  };
  Clock::time_point until{};  // set when it has to wait
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), kSendFlags);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) return fail(failure(errno));
    if (interrupted() && !told_) return fail(interruption());
    if (until == Clock::time_point{}) until = std::min(later(write_patience_), deadline_);
    if (wait(POLLOUT, until) == Wait::kLate)
      return fail({ErrorCode::kTimedOut, "the peer does not take what it is sent"});
  }
  return {};
}

void GioStream::set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

void GioStream::set_idle_timeout(std::chrono::seconds timeout) {
  deadline_ = Clock::time_point::max();
  idle_timeout_ = timeout;
}

// If it was woken up, one of the atomics has the reason.
GioStream::Wait GioStream::wait(short events, Clock::time_point until) {
  std::array<pollfd, 2> fds{{{fd_, events, 0}, {wake_fd_.fd, POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(fds.data(), fds.size(), ms_until(until));
    if (ready < 0) continue;  // EINTR
    if (ready == 0) return Wait::kLate;
    if (fds[1].revents == 0) return Wait::kReady;
    g_cancellable_reset(wake_.get());
    return Wait::kWoken;
  }
}

GioStream::Woken GioStream::wait_for_wake(Clock::time_point time) {
  switch (wait(kPeerCloses, time)) {
    case Wait::kReady:
      return Woken::kGone;
    case Wait::kLate:
      return Woken::kLate;
    case Wait::kWoken:
      break;
  }
  return cancelled_ ? Woken::kGone : Woken::kWoken;
}

bool GioStream::is_gone() {
  std::lock_guard lock(closing_);
  if (g_socket_is_closed(socket_.get())) return true;
  pollfd fd{fd_, kPeerCloses, 0};
  return ::poll(&fd, 1, 0) > 0 && (fd.revents & kPeerIsGone) != 0;
}

bool GioStream::rest_until(Clock::time_point time) {
  while (!cancelled_ && Clock::now() < time)
    if (wait(0, time) == Wait::kReady) return false;  // an error, which poll() always tells
  return !cancelled_;
}

void GioStream::discard_until(Clock::time_point time, std::size_t most_bytes) {
  std::array<gchar, 16 << 10> discarded;
  std::size_t bytes = 0;
  while (!cancelled_ && Clock::now() < time && bytes < most_bytes) {
    const ssize_t got = ::recv(fd_, discarded.data(), discarded.size(), 0);
    if (got > 0) bytes += static_cast<std::size_t>(got);
    if (got == 0 || (got < 0 && errno != EINTR && !would_block(errno))) return;
    if (got < 0) wait(POLLIN, time);
  }
}

void GioStream::linger() {
  g_socket_shutdown(socket_.get(), FALSE, TRUE, nullptr);
  discard_until(later(kLingerTime), kLingerBytes);
}

void GioStream::interrupt(ErrorCode code) {
  auto none = ErrorCode::kEndOfStream;
  end_.compare_exchange_strong(none, code);
  wake();
}

void GioStream::send_back_at(Clock::time_point time) {
  sent_back_ = time;
  wake();
}

bool GioStream::is_late() const {
  const auto time = sent_back_.load(std::memory_order_relaxed);
  return time != Clock::time_point::max() && Clock::now() >= time;
}

void GioStream::cancel() {
  cancelled_ = true;
  interrupt(ErrorCode::kCancelled);
  std::lock_guard lock(closing_);
  if (!g_socket_is_closed(socket_.get())) g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr);
}

void GioStream::close() {
  std::lock_guard lock(closing_);
  g_socket_close(socket_.get(), nullptr);
}

bool GioStream::has_heard() {
  if (heard_) return true;
  std::lock_guard lock(closing_);
  return !g_socket_is_closed(socket_.get()) && g_socket_get_available_bytes(socket_.get()) > 0;
}

Error GioStream::interruption() {
  told_ = true;
  const ErrorCode end = end_;
  return {end, describe(end)};
}

Error GioStream::failure(int error) const {
  if (cancelled_) return {ErrorCode::kCancelled, "stopped"};
  ErrorCode code = ErrorCode::kIo;
  if (error == ETIMEDOUT) code = ErrorCode::kTimedOut;
  if (error == ECONNRESET || error == ECONNABORTED || error == EPIPE) code = ErrorCode::kReset;
  return {code, g_strerror(error)};
}

}  // namespace rtmp
