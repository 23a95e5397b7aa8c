// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string_view>

#include "rtmp/server.h"
#include "session.h"

namespace rtmp {

/// Whether a mount takes what a publisher names.
bool takes_application(const MountSpec& spec, std::string_view application);
bool takes(const MountSpec& spec, const PublishRequest& request);

/// Who publishes where. Thread-safe. Its lock is held for look-ups only, never while a delegate runs.
class MountTable {
 public:
  /// A publisher's hold on a mount, from an accepted publish() to ended().
  struct Mount {
    MountSpec spec;
    MountDelegate* delegate;
    std::function<void()> cancel_publisher;  // empty: nobody publishes
  };

  void claim(MountSpec spec, MountDelegate& delegate);
  void release(MountDelegate& delegate);

  [[nodiscard]] bool accepts_application(std::string_view application) const;

  struct Answer {
    PublishAnswer answer;
    Mount* mount;  // with kAccepted
  };
  /// `cancel` makes the publisher's connection end; it is called under the lock and must not block.
  Answer publish(const PublishRequest& request, std::function<void()> cancel);
  void ended(Mount& mount);

 private:
  mutable std::mutex mutex_;
  std::condition_variable publisher_gone_;
  std::list<Mount> mounts_;  // a Mount stays where it is
};

}  // namespace rtmp
