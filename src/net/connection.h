// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "gio_stream.h"
#include "mount_table.h"
#include "rtmp/log.h"
#include "session.h"

namespace rtmp {

/// One accepted socket, its session, and the thread that runs it.
class Connection final : private SessionHandler {
 public:
  /// Starts the thread. All but the socket must outlive the connection.
  Connection(GObjectPtr<GSocket> socket, const ServerConfig& config, MountTable& mounts, Logger& logger);
  /// Cancels, and joins.
  ~Connection() override;

  /// Makes the session end soon. Does not block; from any thread.
  void cancel() { stream_.cancel(); }

  /// Whether the thread has done its work, or does it before `deadline`: joining it does not block then.
  [[nodiscard]] bool finished(GioStream::Clock::time_point deadline = {}) const {
    return finished_.wait_until(deadline) == std::future_status::ready;
  }
  /// Whether it has yet to publish, and may.
  [[nodiscard]] bool waiting() const { return state_ != State::kPublishing && !stream_.cancelled(); }
  /// Whether the peer has ended its stream, and is likely to close the connection next.
  [[nodiscard]] bool leaving() const { return state_ == State::kLeaving; }

 private:
  enum class State { kNew, kPublishing, kLeaving };

  void run();
  void log_end(const Error& end);

  bool accepts_application(std::string_view application) override;
  PublishAnswer publish(const PublishRequest& request) override;
  void tag(Tag tag) override;
  void unpublished(EndReason reason) override;

  GioStream stream_;
  const ServerConfig& config_;
  MountTable& mounts_;
  Logger& logger_;
  std::string peer_;
  MountTable::Mount* mount_ = nullptr;  // while publishing; the reader thread's
  std::atomic<State> state_{State::kNew};
  std::promise<void> finish_;
  std::future<void> finished_{finish_.get_future()};
  std::thread thread_;
};

}  // namespace rtmp
