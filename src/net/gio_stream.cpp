// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gio_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>

namespace rtmp {
namespace {

constexpr std::chrono::seconds kLingerTime{1};

const char* describe(ErrorCode end) {
  switch (end) {
    case ErrorCode::kCancelled:
      return "stopped";
    case ErrorCode::kReplaced:
      return "replaced by another connection";
    default:
      return "the peer closed the connection";
  }
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

GioStream::GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read)
    : socket_(std::move(socket)), before_read_(std::move(before_read)), wake_(g_cancellable_new()) {
  g_cancellable_make_pollfd(wake_.get(), &wake_fd_);
  // Replies are small, and the publisher waits for them.
  g_socket_set_option(socket_.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_keepalive(socket_.get(), TRUE);
}

GioStream::~GioStream() {
  close();
  g_cancellable_release_fd(wake_.get());
}

Result<std::size_t> GioStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) {
  before_read_();
  if (auto armed = arm_timeout(); !armed) return std::move(armed).error();
  begin_waiting();
  GError* error = nullptr;
  gssize got = 0;
  if (second.empty()) {
    got = g_socket_receive(socket_.get(), reinterpret_cast<gchar*>(first.data()), first.size(), wake_.get(),
                           &error);
  } else {
    std::array<GInputVector, 2> vectors{{{first.data(), first.size()}, {second.data(), second.size()}}};
    got = g_socket_receive_message(socket_.get(), nullptr, vectors.data(), vectors.size(), nullptr, nullptr,
                                   nullptr, wake_.get(), &error);
  }
  waiting_since_ = Clock::time_point{};
  if (got > 0) return static_cast<std::size_t>(got);
  if (got < 0 && end_ == ErrorCode::kEndOfStream) return failure(error);
  g_clear_error(&error);
  return Error{end_, describe(end_)};
}

void GioStream::begin_waiting() {
  if (waiting_since_.load() == Clock::time_point{}) waiting_since_ = Clock::now();
}

bool GioStream::becomes_readable(std::chrono::milliseconds patience) {
  before_read_();
  begin_waiting();  // which the read that follows ends
  GError* error = nullptr;
  g_socket_condition_timed_wait(socket_.get(), G_IO_IN, std::chrono::microseconds(patience).count(),
                                wake_.get(), &error);
  const GErrorPtr failed(error);
  return !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

Result<void> GioStream::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (auto armed = arm_timeout(); !armed) return armed;
    GError* error = nullptr;
    const gssize sent = g_socket_send(socket_.get(), reinterpret_cast<const gchar*>(bytes.data()),
                                      bytes.size(), nullptr, &error);
    if (sent < 0) return failure(error);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

void GioStream::set_deadline(Clock::time_point deadline) { deadline_ = deadline; }

void GioStream::set_idle_timeout(std::chrono::seconds timeout) {
  deadline_.reset();
  g_socket_set_timeout(socket_.get(), static_cast<guint>(timeout.count()));
}

Result<void> GioStream::arm_timeout() {
  if (!deadline_) return {};
  const auto left = std::chrono::ceil<std::chrono::seconds>(*deadline_ - Clock::now());
  if (left.count() <= 0) return Error{ErrorCode::kTimedOut, "too slow"};
  g_socket_set_timeout(socket_.get(), static_cast<guint>(left.count()));
  return {};
}

void GioStream::discard_until(Clock::time_point time) {
  std::array<gchar, 4096> discarded;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now());  // as poll() counts
    if (left.count() <= 0) return;
    if (!g_socket_condition_timed_wait(socket_.get(), G_IO_IN, std::chrono::microseconds(left).count(),
                                       nullptr, nullptr))
      return;
    if (g_socket_receive(socket_.get(), discarded.data(), discarded.size(), nullptr, nullptr) <= 0) return;
  }
}

void GioStream::linger() {
  g_socket_shutdown(socket_.get(), FALSE, TRUE, nullptr);
  discard_until(Clock::now() + kLingerTime);
}

std::chrono::milliseconds GioStream::silence() const {
  const auto since = waiting_since_.load();
  if (since == Clock::time_point{}) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - since);
}

void GioStream::interrupt(ErrorCode code) {
  auto none = ErrorCode::kEndOfStream;
  end_.compare_exchange_strong(none, code);
  g_cancellable_cancel(wake_.get());
}

void GioStream::cancel() {
  auto none = ErrorCode::kEndOfStream;
  end_.compare_exchange_strong(none, ErrorCode::kCancelled);
  cancelled_ = true;
  std::lock_guard lock(closing_);
  if (!g_socket_is_closed(socket_.get())) g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr);
}

void GioStream::close() {
  std::lock_guard lock(closing_);
  g_socket_close(socket_.get(), nullptr);
}

Error GioStream::failure(GError* raw) const {
  GErrorPtr error(raw);
  if (cancelled_) return {ErrorCode::kCancelled, "stopped"};
  ErrorCode code = ErrorCode::kIo;
  if (g_error_matches(raw, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) code = ErrorCode::kTimedOut;
  if (g_error_matches(raw, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)) code = ErrorCode::kReset;
  return {code, error->message};
}

}  // namespace rtmp
