// SPDX-License-Identifier: LGPL-2.1-or-later
#include "entrance.h"

namespace rtmp {

Entrance::Entrance(Announcements& announcements, Statistics& totals, Admit admit)
    : announcements_(announcements), totals_(totals), admit_(std::move(admit)) {
  announcements_.starting();
}

Entrance::~Entrance() {
  announcements_.stopping();
  if (server_) server_->release(*this);
}

Result<void> Entrance::open(const ServerConfig& config, MountSpec mount, Logger& logger) {
  mount.hands_on = true;
  auto server = Server::share(config, logger, std::move(mount), *this);
  if (!server) return std::move(server).error();
  server_ = *std::move(server);
  totals_.listening(server_->counters());
  return {};
}

void Entrance::rejected(const PublishRequest& request, Rejection why) {
  totals_.rejected(request, why);
  announcements_.rejected(request, why);
}

}  // namespace rtmp
