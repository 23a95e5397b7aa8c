// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publisher.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace rtmp::bench {
namespace {

constexpr auto kDialogueTime = std::chrono::seconds(10);
constexpr std::size_t kServerHello = 1 + 2 * kHandshakePacket;  // S0 S1 S2

}  // namespace

void Publisher::start(Peer peer) {
  const auto deadline = Clock::now() + kDialogueTime;
  const auto send_or_throw = [&](std::span<const std::uint8_t> bytes) {
    if (!send(bytes, deadline)) throw std::runtime_error("the server does not read the dialogue");
  };
  if (peer == Peer::kSilent) {
    send_or_throw(load_.hello);
    send_or_throw(Bytes(kHandshakePacket));
    send_or_throw(load_.connect);
    send_or_throw(load_.publish);
    return;
  }
  send_or_throw(load_.hello);
  wait_for_reply_size(kServerHello, deadline);
  const auto* server_hello = reinterpret_cast<const std::uint8_t*>(replies_.data()) + 1;
  send_or_throw(Bytes(server_hello, server_hello + kHandshakePacket));  // C2 repeats S1
  send_or_throw(load_.connect);
  wait_for_reply_text("NetConnection.Connect.Success", deadline);
  send_or_throw(load_.publish);
  wait_for_reply_text("NetStream.Publish.Start", deadline);
}

bool Publisher::send_media(std::uint64_t patterns, Clock::time_point deadline) {
  if (!send(load_.preamble, deadline)) return false;
  for (std::uint64_t i = 0; i < patterns; ++i) {
    if (!send(load_.pattern, deadline)) return false;
  }
  return true;
}

bool Publisher::send(std::span<const std::uint8_t> bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      sent_bytes_ += static_cast<std::uint64_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) throw_errno("send");
    const short ready = wait_for(socket_.get(), POLLIN | POLLOUT, deadline);
    if (ready == 0) return false;
    if ((ready & ~POLLOUT) != 0) receive(nullptr);
    if (peer_closed_) throw std::runtime_error("the server closed the connection");
  }
  return true;
}

void Publisher::finish(Clock::time_point deadline) {
  if (!send(load_.goodbye, deadline)) throw std::runtime_error("the server stopped reading");
  ::shutdown(socket_.get(), SHUT_WR);
  while (!peer_closed_) {
    if (wait_for(socket_.get(), POLLIN, deadline) == 0) throw std::runtime_error("the server does not close");
    receive(nullptr);
  }
}

void Publisher::wait_for_reply_size(std::size_t size, Clock::time_point deadline) {
  while (replies_.size() < size) {
    if (peer_closed_) throw std::runtime_error("the server closed the connection during the handshake");
    if (wait_for(socket_.get(), POLLIN, deadline) == 0) throw std::runtime_error("no handshake answer");
    receive(&replies_);
  }
}

void Publisher::wait_for_reply_text(std::string_view text, Clock::time_point deadline) {
  // No parser: the names stand in one piece, within the first 128 bytes of their messages.
  while (replies_.find(text, kServerHello) == std::string::npos) {
    if (peer_closed_) throw std::runtime_error("the server closed instead of " + std::string(text));
    if (wait_for(socket_.get(), POLLIN, deadline) == 0) throw std::runtime_error("no " + std::string(text));
    receive(&replies_);
  }
}

void Publisher::receive(std::string* keep) {
  std::array<char, 4096> buffer;
  const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size > 0 && keep != nullptr) keep->append(buffer.data(), static_cast<std::size_t>(size));
  // A reset is a close too: by a server that stops at the goodbye without reading its last bytes.
  const bool again = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (size <= 0 && !again) peer_closed_ = true;
}

}  // namespace rtmp::bench
