// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>

namespace rtmp {

/// Counts messages that have been made and that nobody has read and freed yet. A bus keeps all that is
/// posted, an application may never read it, and a publisher may come and go for as long as it likes: so each
/// kind of message has a limit. May be used from any thread. Copies count together.
class UnreadMessages {
 public:
  explicit UnreadMessages(unsigned most) : most_(most) {}

  /// Whether there are as many as may be. Two threads that ask at once may both go on.
  [[nodiscard]] bool full() const { return *unread_ >= most_; }
  /// Counts a message until it is freed, which may be later than this.
  void count(GstMessage* message);

 private:
  using Counter = std::shared_ptr<std::atomic<unsigned>>;

  unsigned most_;
  Counter unread_ = std::make_shared<std::atomic<unsigned>>(0);
};

}  // namespace rtmp
