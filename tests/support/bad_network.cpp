// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bad_network.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace rtmp::test {

BadNetwork::BadNetwork(int one, int other, std::uint32_t seed)
    : ends_{one, other},
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      random_(seed),
      thread_([this] { run(); }) {}

BadNetwork::~BadNetwork() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

void BadNetwork::set(const Weather& weather) {
  std::lock_guard lock(mutex_);
  take_all();
  eventfd_write(wake_, 1);
  weather_ = weather;
  harmed_ = {};
}

BadNetwork::Harmed BadNetwork::harmed() const {
  std::lock_guard lock(mutex_);
  return harmed_;
}

void BadNetwork::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    int patience = -1;
    if (!on_the_way_.empty()) {
      const auto left = on_the_way_.begin()->first - Clock::now();
      patience = static_cast<int>(
          std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(left).count(), 0));
    }
    lock.unlock();
    std::array<pollfd, 3> waiting{{{ends_[0], POLLIN, 0}, {ends_[1], POLLIN, 0}, {wake_, POLLIN, 0}}};
    poll(waiting.data(), waiting.size(), patience);
    eventfd_t woken;
    eventfd_read(wake_, &woken);
    lock.lock();
    take_all();
    deliver_what_is_due();
  }
}

void BadNetwork::take_all() {
  for (const std::size_t end : {0, 1}) take_from(end);
}

void BadNetwork::take_from(std::size_t end) {
  std::array<std::uint8_t, 65536> bytes;
  for (;;) {
    const ssize_t size = read(ends_[end], bytes.data(), bytes.size());
    if (size <= 0) return;
    if (weather_.cut || happens(weather_.loss)) {
      ++harmed_.lost;
      continue;
    }
    Packet packet{1 - end, ++sent_, {bytes.begin(), bytes.begin() + size}};
    if (happens(weather_.doubled)) {
      ++harmed_.doubled;
      send(packet);
    }
    send(std::move(packet));
  }
}

void BadNetwork::send(Packet packet) {
  const auto most = std::chrono::microseconds(weather_.jitter).count();
  const std::chrono::microseconds jitter(std::uniform_int_distribution(-most, most)(random_));
  on_the_way_.emplace(Clock::now() + weather_.delay + jitter, std::move(packet));
}

void BadNetwork::deliver_what_is_due() {
  const auto now = Clock::now();
  while (!on_the_way_.empty() && on_the_way_.begin()->first <= now) {
    const Packet packet = std::move(on_the_way_.begin()->second);
    on_the_way_.erase(on_the_way_.begin());
    std::uint64_t& latest = latest_[packet.to];
    if (packet.number < latest) ++harmed_.overtaken;
    latest = std::max(latest, packet.number);
    // What a host does not take is lost, as everywhere.
    if (write(ends_[packet.to], packet.bytes.data(), packet.bytes.size()) < 0) ++harmed_.lost;
  }
}

}  // namespace rtmp::test
