// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>

namespace rtmp {

/// Counts messages that have been made and that nobody has read and freed yet. A bus keeps everything that is
/// posted, an application may never read it, and publishers may come and go for ever. So each kind of message
/// has a limit. Any thread may call any function. Copies share one count.
class UnreadMessages {
 public:
  explicit UnreadMessages(unsigned most) : most_(most) {}

  /// Returns whether the limit is reached. Two threads that ask at once may both go on.
  [[nodiscard]] bool full() const { return *unread_ >= most_; }
  /// Counts a message until it is freed, which may happen after this object was deleted.
  void count(GstMessage* message);

 private:
  using Counter = std::shared_ptr<std::atomic<unsigned>>;

  unsigned most_;
  Counter unread_ = std::make_shared<std::atomic<unsigned>>(0);
};

}  // namespace rtmp
