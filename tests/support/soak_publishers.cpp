// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak_publishers.h"

#include <cstdio>
#include <thread>

#include "rtmp/limits.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr std::size_t kFrames = 60;
constexpr std::chrono::milliseconds kFrameTime{33};

std::span<const std::uint8_t> bytes_of(const Sent& message) {
  return {reinterpret_cast<const std::uint8_t*>(message.body.data()), message.body.size()};
}

}  // namespace

SoakPublisher::SoakPublisher(std::uint16_t port, std::uint16_t secure_port, unsigned number, unsigned seed)
    : port_(port),
      secure_port_(secure_port),
      key_("cam" + std::to_string(number)),
      address_("127.0.2." + std::to_string(number + 1)),
      random_(seed + number),
      media_(made_up_stream(kFrames, 4000)) {}

TcpPublisher SoakPublisher::connection(bool secure) const {
  return secure ? TcpPublisher::secure(secure_port_) : TcpPublisher(port_, "127.0.0.1", address_);
}

bool SoakPublisher::publish(TcpPublisher& publisher, const char* what, SoakCount& count) const {
  const std::string status = publisher.publish("live", key_);
  if (status == kStart) {
    ++count.sessions;
    return true;
  }
  ++count.failures;
  std::printf("%s, %s: '%s' in place of '%s' %s\n", key_.c_str(), what, status.c_str(), kStart,
              publisher.failure().c_str());
  return false;
}

void SoakPublisher::run(Clock::time_point end, SoakCount& count) {
  while (Clock::now() < end) {
    const bool secure = secure_port_ != 0 && (port_ == 0 || random_() % 2 == 0);
    TcpPublisher publisher = connection(secure);
    if (!publish(publisher, "a new session", count)) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      continue;
    }
    session(publisher, secure, count);
  }
}

void SoakPublisher::session(TcpPublisher& publisher, bool secure, SoakCount& count) {
  const std::size_t messages = 10 + random_() % (media_.size() - 10);
  auto next = Clock::now();
  for (std::size_t i = 0; i < messages; ++i) {
    if (!publisher.send_media(media_[i].type, media_[i].timestamp, bytes_of(media_[i]))) {
      ++count.failures;
      std::printf("%s: the server ended it at message %zu\n", key_.c_str(), i);
      return;
    }
    if (media_[i].type == MessageType::kVideo) std::this_thread::sleep_until(next += kFrameTime);
  }
  auto ending = static_cast<Ending>(random_() % static_cast<unsigned>(Ending::kEndings));
  // A connection with TLS is closed by its destructor alone.
  if (secure && ending != Ending::kTakenOver) ending = Ending::kUnpublish;
  switch (ending) {
    case Ending::kUnpublish:
      if (!publisher.unpublish()) break;
      publisher.next_status();
      break;
    case Ending::kClose:
      publisher.close();
      break;
    case Ending::kReset:
      publisher.reset();
      break;
    case Ending::kInMidMessage:
      // A video message of 64 KiB on message stream 1, of which one byte comes.
      (void)publisher.send_raw(std::vector<std::uint8_t>{0x06, 0, 0, 0, 1, 0, 0, 9, 1, 0, 0, 0, 0x17});
      publisher.reset();
      break;
    case Ending::kTakenOver: {
      std::this_thread::sleep_for(limits::kStaleAfter / 4 * static_cast<int>(random_() % 6));
      TcpPublisher second = connection(secure);
      if (!publish(second, "a takeover", count)) break;
      ++count.takeovers;
      (void)send_all(second, {media_.begin(), media_.begin() + 20});
      if (second.unpublish()) second.next_status();
      break;
    }
    case Ending::kEndings:
      break;
  }
}

std::size_t publish_steadily(std::uint16_t port, const std::string& key,
                             std::chrono::steady_clock::time_point end) {
  TcpPublisher publisher(port, "127.0.0.1", "127.0.3.1");
  if (const std::string status = publisher.publish("live", key); status != kStart) {
    std::printf("%s: '%s' in place of '%s'\n", key.c_str(), status.c_str(), kStart);
    return 0;
  }
  const auto media = made_up_stream(1000, 4000);
  constexpr std::size_t kHeaders = 3;
  std::size_t sent = 0;
  std::uint32_t timestamp = 0;
  for (auto next = std::chrono::steady_clock::now(); next < end; ++sent) {
    const Sent& message =
        sent < kHeaders ? media[sent] : media[kHeaders + (sent - kHeaders) % (media.size() - kHeaders)];
    if (message.type == MessageType::kVideo) {
      std::this_thread::sleep_until(next += kFrameTime);
      timestamp += static_cast<std::uint32_t>(kFrameTime.count());
    }
    if (auto written = publisher.send_media(message.type, timestamp, bytes_of(message)); !written) {
      std::printf("%s: the server ended it at message %zu: %s\n", key.c_str(), sent,
                  written.error().detail.c_str());
      return 0;
    }
  }
  if (publisher.unpublish()) publisher.next_status();
  return sent;
}

}  // namespace rtmp::test
