// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gio_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>

namespace rtmp {
namespace {

constexpr std::chrono::seconds kLingerTime{1};

std::string to_text(GSocketAddress* address) {
  auto* inet = G_INET_SOCKET_ADDRESS(address);
  gchar* host = g_inet_address_to_string(g_inet_socket_address_get_address(inet));
  const bool v6 = g_socket_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
  std::string text = v6 ? "[" + std::string(host) + "]" : std::string(host);
  g_free(host);
  return text + ":" + std::to_string(g_inet_socket_address_get_port(inet));
}

}  // namespace

GioStream::GioStream(GObjectPtr<GSocket> socket, std::function<void()> before_read)
    : socket_(std::move(socket)), before_read_(std::move(before_read)) {
  // Replies are small, and the publisher waits for them.
  g_socket_set_option(socket_.get(), IPPROTO_TCP, TCP_NODELAY, 1, nullptr);
  g_socket_set_keepalive(socket_.get(), TRUE);
}

Result<std::size_t> GioStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) {
  before_read_();
  if (auto armed = arm_timeout(); !armed) return std::move(armed).error();
  GError* error = nullptr;
  gssize got = 0;
  if (second.empty()) {
    got = g_socket_receive(socket_.get(), reinterpret_cast<gchar*>(first.data()), first.size(), nullptr,
                           &error);
  } else {
    std::array<GInputVector, 2> vectors{{{first.data(), first.size()}, {second.data(), second.size()}}};
    got = g_socket_receive_message(socket_.get(), nullptr, vectors.data(), vectors.size(), nullptr, nullptr,
                                   nullptr, nullptr, &error);
  }
  if (got < 0) return failure(error);
  if (got == 0) {
    return cancelled_ ? Error{ErrorCode::kCancelled, "stopped"}
                      : Error{ErrorCode::kEndOfStream, "the peer closed the connection"};
  }
  return static_cast<std::size_t>(got);
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

void GioStream::linger() {
  g_socket_shutdown(socket_.get(), FALSE, TRUE, nullptr);
  set_deadline(Clock::now() + kLingerTime);
  std::array<std::uint8_t, 4096> discarded;
  while (read(discarded, {})) {
  }
}

void GioStream::cancel() {
  cancelled_ = true;
  std::lock_guard lock(closing_);
  if (!g_socket_is_closed(socket_.get())) g_socket_shutdown(socket_.get(), TRUE, TRUE, nullptr);
}

void GioStream::close() {
  std::lock_guard lock(closing_);
  g_socket_close(socket_.get(), nullptr);
}

std::string GioStream::peer() const {
  GObjectPtr<GSocketAddress> address(g_socket_get_remote_address(socket_.get(), nullptr));
  return address ? to_text(address.get()) : "(gone)";
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
