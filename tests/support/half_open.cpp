// SPDX-License-Identifier: LGPL-2.1-or-later
#include "half_open.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

namespace rtmp::test {
namespace {

// Two hundred strangers a second: what counts is how the server chooses, and not which thread of a loaded
// machine gets to run.
constexpr std::chrono::milliseconds kPace{5};

}  // namespace

HalfOpen::HalfOpen(std::uint16_t port, Sort sort)
    : port_(port), sort_(std::move(sort)), thread_([this] { run(); }) {}

HalfOpen::~HalfOpen() {
  stop_ = true;
  thread_.join();
}

void HalfOpen::wait_for(std::size_t count) const {
  for (std::size_t seen = made_; seen < count; seen = made_) made_.wait(seen);
}

int HalfOpen::open() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(sort_.addresses[made_ % sort_.addresses.size()]);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
  sockaddr_in server = own;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(port_);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&server), sizeof server), 0);
  if (!sort_.say.empty()) (void)send(fd, sort_.say.data(), sort_.say.size(), MSG_NOSIGNAL);
  ++made_;
  made_.notify_all();
  return fd;
}

void HalfOpen::run() {
  const short events = POLLRDHUP | (sort_.leave ? POLLIN : 0);
  std::vector<pollfd> all;
  while (all.size() < sort_.count) all.push_back({.fd = open(), .events = events, .revents = 0});
  while (!stop_) {
    poll(all.data(), all.size(), 10);
    for (pollfd& one : all) {
      if (one.revents == 0) continue;
      close(one.fd);
      one.fd = open();
      std::this_thread::sleep_for(kPace);
    }
  }
  for (const pollfd& one : all) close(one.fd);
}

}  // namespace rtmp::test
