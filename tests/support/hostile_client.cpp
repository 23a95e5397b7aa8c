// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hostile_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace rtmp::test {
namespace {

constexpr std::size_t kAtOnce = 60;           // the server hears so many strangers to the end
constexpr std::size_t kFloodAtOnce = 300;     // and not so many, of which every eighth thousand is
constexpr std::size_t kSlowAtOnce = 16;       // the oldest has to go for another
constexpr std::uint32_t kAddresses = 7;       // from 127.0.0.1 on
constexpr std::uint32_t kSlowAddresses = 13;  // from 127.0.1.1 on: a server that is fair leaves them alone
constexpr std::chrono::seconds kSlow{1};

sockaddr_in address(std::uint32_t host, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(host);
  to.sin_port = htons(port);
  return to;
}

int fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

HostileClient::~HostileClient() {
  while (!open_.empty()) end(open_.begin(), Attack::End::kReset);
}

void HostileClient::run(std::size_t connections) {
  std::vector<pollfd> waits;
  while (begun_ < connections || open_.size() > slow_) {
    const std::size_t at_once = begun_ / 1000 % 8 == 7 ? kFloodAtOnce : kAtOnce;
    while (begun_ < connections && open_.size() < at_once) begin();
    waits.clear();
    const auto now = Clock::now();
    auto wake = now + kSlow;
    for (const Connection& connection : open_) {
      const bool sends = !connection.staying && connection.next <= now;
      const int events = (sends ? POLLOUT : 0) | (connection.attack.reads ? POLLIN : 0) | POLLRDHUP;
      waits.push_back({.fd = connection.fd, .events = static_cast<short>(events), .revents = 0});
      if (!sends) wake = std::min(wake, connection.next);
    }
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(std::max(wake - now, {}));
    if (poll(waits.data(), waits.size(), static_cast<int>(patience.count())) < 0) fail("poll");
    auto wait = waits.begin();
    for (auto it = open_.begin(); it != open_.end();) {
      const auto connection = it++;
      const short events = (wait++)->revents;
      if (!goes_on(*connection, events)) end(connection, connection->attack.end);
    }
  }
}

void HostileClient::begin() {
  Attack attack = attacks_.next();
  const bool slow = attack.stay > kSlow || attack.pause.count() > 0;
  if (slow && slow_ == kSlowAtOnce) end(std::ranges::find_if(open_, &Connection::slow), Attack::End::kReset);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  // The port is chosen when it connects: one that another server's connection has can be taken too.
  const int late = 1;
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof late);
  const int small = 4096;
  if (!attack.reads) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  const auto number = static_cast<std::uint32_t>(begun_++);
  const sockaddr_in own =
      slow ? address(0x7F000101 + number % kSlowAddresses, 0) : address(0x7F000001 + number % kAddresses, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) fail("bind");
  const sockaddr_in server = address(INADDR_LOOPBACK, port_);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 && errno != EINPROGRESS)
    fail("connect");
  ++connections_;
  slow_ += slow;
  open_.push_back({.attack = std::move(attack), .fd = fd, .slow = slow, .next = Clock::now()});
}

bool HostileClient::goes_on(Connection& connection, short events) {
  if (events & (POLLERR | POLLHUP)) return false;
  if (events & POLLIN && connection.attack.reads) {
    std::array<char, 16 << 10> ignored;
    if (recv(connection.fd, ignored.data(), ignored.size(), 0) == 0) return false;
  } else if (events & POLLRDHUP) {
    return false;
  }
  if (connection.staying) return Clock::now() < connection.next;
  return !(events & POLLOUT) || sends(connection);
}

bool HostileClient::sends(Connection& connection) {
  const Attack& attack = connection.attack;
  const std::size_t left = attack.bytes->size() - connection.sent;
  if (left > 0) {
    const ssize_t sent = send(connection.fd, attack.bytes->data() + connection.sent,
                              std::min(left, attack.piece), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    connection.sent += static_cast<std::size_t>(sent);
    bytes_sent_ += static_cast<std::uint64_t>(sent);
    connection.next = Clock::now() + attack.pause;
  }
  if (connection.sent < attack.bytes->size()) return true;
  if (attack.end == Attack::End::kHalfClose) shutdown(connection.fd, SHUT_WR);
  connection.staying = true;
  connection.next = Clock::now() + attack.stay;
  return attack.stay.count() > 0;
}

void HostileClient::end(std::list<Connection>::iterator connection, Attack::End how) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  if (how == Attack::End::kReset) setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(connection->fd);
  slow_ -= connection->slow;
  open_.erase(connection);
}

}  // namespace rtmp::test
