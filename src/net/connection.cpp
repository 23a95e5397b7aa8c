// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connection.h"

namespace rtmp {

Connection::Connection(GObjectPtr<GSocket> socket, const ServerConfig& config, MountTable& mounts,
                       Logger& logger)
    : stream_(std::move(socket),
              [this] {
                if (mount_) mount_->delegate->flush();
              }),
      config_(config),
      mounts_(mounts),
      logger_(logger),
      peer_(stream_.peer()),
      thread_([this] { run(); }) {}

Connection::~Connection() {
  cancel();
  thread_.join();
}

void Connection::run() {
  {
    stream_.set_deadline(GioStream::Clock::now() + config_.handshake_deadline);
    Session session(stream_, *this, peer_, logger_);
    const Error end = session.run();
    log_end(end);
    if (end.code == ErrorCode::kRefused) stream_.linger();
  }
  stream_.close();
  finish_.set_value();
}

void Connection::log_end(const Error& end) {
  const bool ordinary = end.code == ErrorCode::kEndOfStream || end.code == ErrorCode::kCancelled;
  const LogLevel level = ordinary ? LogLevel::kInfo : LogLevel::kWarning;
  if (logger_.enabled(level)) logger_.log(level, peer_ + " closed: " + end.detail);
}

bool Connection::accepts_application(std::string_view application) {
  // The handshake is over, and the client has said what it wants: it may take until the publish deadline.
  stream_.set_deadline(GioStream::Clock::now() + config_.publish_deadline);
  return mounts_.accepts_application(application);
}

PublishAnswer Connection::publish(const PublishRequest& request) {
  const auto [answer, mount] = mounts_.publish(request, [this] { cancel(); });
  if (answer == PublishAnswer::kAccepted) {
    mount_ = mount;
    state_ = State::kPublishing;
    stream_.set_idle_timeout(mount->spec.timeout);
  }
  return answer;
}

void Connection::tag(Tag tag) { mount_->delegate->tag(std::move(tag)); }

void Connection::unpublished(EndReason reason) {
  mount_->delegate->publish_ended(reason);
  mounts_.ended(*mount_);
  mount_ = nullptr;
  state_ = reason == EndReason::kUnpublished ? State::kLeaving : State::kNew;
  stream_.set_deadline(GioStream::Clock::now() + config_.publish_deadline);
}

}  // namespace rtmp
