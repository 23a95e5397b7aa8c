// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
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
  /// Starts the thread. `mounts` and `logger` must outlive the connection.
  Connection(GObjectPtr<GSocket> socket, MountTable& mounts, Logger& logger);
  /// Cancels, and joins.
  ~Connection() override;

  /// Makes the session end soon. Does not block; from any thread.
  void cancel() { stream_.cancel(); }

  /// Whether the thread has done its work: joining it does not block.
  [[nodiscard]] bool finished() const { return finished_; }
  [[nodiscard]] bool publishing() const { return publishing_; }

 private:
  void run();
  void log_end(const Error& end);

  bool accepts_application(std::string_view application) override;
  PublishAnswer publish(const PublishRequest& request) override;
  void tag(Tag tag) override;
  void unpublished(EndReason reason) override;

  GioStream stream_;
  MountTable& mounts_;
  Logger& logger_;
  std::string peer_;
  MountTable::Mount* mount_ = nullptr;  // while publishing; the reader thread's
  std::atomic<bool> publishing_{false};
  std::atomic<bool> finished_{false};
  std::thread thread_;
};

}  // namespace rtmp
