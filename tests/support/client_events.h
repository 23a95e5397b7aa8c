// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace rtmp::test {

/// Records what an rtmp2serversrc says about its clients by its signals.
class ClientEvents {
 public:
  explicit ClientEvents(GstElement* src);
  /// Stops the element first, because a handler may just be called.
  ~ClientEvents();
  ClientEvents(const ClientEvents&) = delete;
  ClientEvents& operator=(const ClientEvents&) = delete;

  /// The query of each client that asked to publish.
  [[nodiscard]] std::vector<std::string> queries() const;
  /// Blocks until this many publishers have ended. Returns the nicks of all reasons so far, after 20 s at the
  /// latest.
  [[nodiscard]] std::vector<std::string> wait_removed(std::size_t count);
  /// Blocks until this many publishers have begun. Returns false after 20 s.
  [[nodiscard]] bool wait_added(std::size_t count);

 private:
  GstElement* src_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> queries_;
  std::vector<std::string> removed_;
  std::size_t added_ = 0;
};

}  // namespace rtmp::test
