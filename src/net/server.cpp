// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/server.h"

#include <algorithm>
#include <list>
#include <mutex>
#include <system_error>

#include "connection.h"
#include "listener.h"
#include "mount_table.h"
#include "rtmp/limits.h"

namespace rtmp {
namespace {

// A client that has unpublished closes within a few milliseconds. Closing first would be an error to some:
// rtmp2sink fails its pipeline, though every tag has arrived.
constexpr std::chrono::milliseconds kGoodbye{50};

}  // namespace

class Server::Impl {
 public:
  Impl(ServerConfig config, Logger& logger)
      : config_(std::move(config)), logger_(logger), listener_(logger) {}

  Result<void> start() {
    return listener_.start(config_.host, config_.port,
                           [this](GObjectPtr<GSocket> socket) { accept(std::move(socket)); });
  }

  void stop() {
    listener_.stop();
    // No accept thread any more: the list is this thread's.
    const auto goodbye = GioStream::Clock::now() + kGoodbye;
    for (Connection& connection : connections_)
      if (connection.leaving()) (void)connection.finished(goodbye);
    // Cancel all before the first is joined.
    for (Connection& connection : connections_) connection.cancel();
    connections_.clear();
  }

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  MountTable& mounts() { return mounts_; }

 private:
  void accept(GObjectPtr<GSocket> socket);

  ServerConfig config_;
  Logger& logger_;
  MountTable mounts_;
  Listener listener_;
  std::list<Connection> connections_;  // oldest first; the accept thread's while it runs
};

void Server::Impl::accept(GObjectPtr<GSocket> socket) {
  connections_.remove_if([](const Connection& c) { return c.finished(); });
  // Strangers that connect and do nothing must not keep a publisher out: the oldest of them goes.
  const auto waiting = [](const Connection& c) { return c.waiting(); };
  if (static_cast<std::size_t>(std::ranges::count_if(connections_, waiting)) >=
      limits::kMaxUnpublishedConnections) {
    std::ranges::find_if(connections_, waiting)->cancel();
  }
  if (connections_.size() >= limits::kMaxConnections) {
    if (logger_.enabled(LogLevel::kWarning))
      logger_.log(LogLevel::kWarning, "a connection was closed: there are too many");
    return;
  }
  try {
    connections_.emplace_back(std::move(socket), config_, mounts_, logger_);
  } catch (const std::system_error& error) {
    logger_.log(LogLevel::kWarning, std::string("no thread for a connection: ") + error.what());
  }
}

Server::Server(ServerConfig config, Logger& logger)
    : impl_(std::make_unique<Impl>(std::move(config), logger)) {}
Server::~Server() { stop(); }
Result<void> Server::start() { return impl_->start(); }
void Server::stop() { impl_->stop(); }
std::uint16_t Server::port() const { return impl_->port(); }
void Server::claim(MountSpec spec, MountDelegate& delegate) {
  impl_->mounts().claim(std::move(spec), delegate);
}
void Server::release(MountDelegate& delegate) { impl_->mounts().release(delegate); }

}  // namespace rtmp
