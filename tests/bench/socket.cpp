// SPDX-License-Identifier: LGPL-2.1-or-later
#include "socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace rtmp::bench {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Fd make_socket() {
  Fd fd(::socket(AF_INET, SOCK_STREAM, 0));
  if (fd.get() < 0) throw_errno("socket");
  return fd;
}

// Failures are told by congestion_control(), which asks what it is then.
void choose_congestion_control([[maybe_unused]] const Fd& fd) {
#ifdef __linux__
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, kCongestionControl,
               static_cast<socklen_t>(std::strlen(kCongestionControl)));
#endif
}

std::string congestion_control_of([[maybe_unused]] const Fd& fd) {
#ifdef __linux__
  std::array<char, 32> name{};
  socklen_t size = name.size() - 1;
  if (::getsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, name.data(), &size) == 0) return name.data();
#endif
  return "unknown";
}

void come_from([[maybe_unused]] const Fd& fd, [[maybe_unused]] Place place) {
#ifdef __linux__
  if (place == 0) return;
  sockaddr_in address = loopback(0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + place);
  // The port is chosen at connect(): there are as many for each address.
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw_errno("bind");
#endif
}

}  // namespace

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

void throw_errno(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

void Fd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::pair<Fd, int> listen_on_loopback() {
  Fd fd = make_socket();
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd.get(), generic, size) != 0) throw_errno("bind");
  if (::listen(fd.get(), SOMAXCONN) != 0) throw_errno("listen");
  if (::getsockname(fd.get(), generic, &size) != 0) throw_errno("getsockname");
  return {std::move(fd), ntohs(address.sin_port)};
}

CongestionControl congestion_control() {
  const Fd fd = make_socket();
  std::string of_system = congestion_control_of(fd);
  choose_congestion_control(fd);
  return {congestion_control_of(fd), std::move(of_system)};
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Fd connect_to_loopback(int port, Place place) {
  Fd fd = make_socket();
  choose_congestion_control(fd);
  come_from(fd, place);
  const sockaddr_in address = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw_errno("connect");
  }
  // As librtmp does: without it the end of a frame can wait for the acknowledgement of its beginning.
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

short wait_for(int fd, short events, Clock::time_point deadline) {
  pollfd entry{fd, events, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    const int ready = ::poll(&entry, 1, timeout);
    if (ready > 0) return entry.revents;
    if (ready == 0) return 0;
    if (errno != EINTR) throw_errno("poll");
  }
}

}  // namespace rtmp::bench
