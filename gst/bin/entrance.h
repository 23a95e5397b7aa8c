// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>

#include "announcements.h"
#include "rtmp/server.h"
#include "statistics.h"

namespace rtmp {

/// The mount to which publishers come if a bin takes several. It claims what the bin's properties name, asks
/// the application about each publisher, and has a branch made for it. No publisher publishes to the entrance
/// itself.
class Entrance final : private MountDelegate {
 public:
  /// Makes the branch that takes a publisher, if there is none yet and there may be another. Returns false
  /// once the bin stops. Reader threads call it.
  using Admit = std::function<bool(const PublishRequest&)>;

  /// Both references must outlive it.
  Entrance(Announcements& announcements, Statistics& totals, Admit admit);
  /// Blocks until the application is not being asked about any publisher.
  ~Entrance() override;

  /// Claims a mount of the server for `config`, as Server::share() does.
  Result<void> open(const ServerConfig& config, MountSpec mount, Logger& logger);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void set_accepting(Accepting accepting) { server_->set_accepting(*this, accepting); }
  /// Returns the server, once it is open.
  [[nodiscard]] std::shared_ptr<Server> server() const { return server_; }

 private:
  bool allows(const PublishRequest& request) override {
    return announcements_.allows(request) && admit_(request);
  }
  void rejected(const PublishRequest& request, Rejection why) override;
  void warned(const Error& what) override { announcements_.warned(what); }
  void publish_started(const PublishRequest&) override {}
  void tag(Tag&&) override {}
  void flush() override {}
  bool publish_ended(EndReason) override { return true; }

  Announcements& announcements_;
  Statistics& totals_;
  const Admit admit_;
  std::shared_ptr<Server> server_;
};

}  // namespace rtmp
