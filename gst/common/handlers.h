// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace rtmp {

/// Calls the application, on threads that are not waited for without an end.
///
/// A handler may take its time, and who calls it waits for it. But it may also wait for something that waits
/// for its caller: set_state() holds the element's state lock while stop() waits for the reader threads, and
/// gst_element_send_event() takes that lock. So after stop() a caller waits for a moment only, and leaves the
/// handler behind, to finish by itself.
class Handlers {
 public:
  using Call = std::function<void()>;

  /// Calls of one lane come one at a time, in order, also those that are left behind.
  class Lane {
   public:
    Lane() : calls_(std::make_shared<std::deque<std::shared_ptr<Call>>>()) {}

   private:
    friend class Handlers;
    std::shared_ptr<std::deque<std::shared_ptr<Call>>> calls_;  // the first of them runs
  };

  /// From any thread. Returns when `call` has returned, or once it is left behind. It must own what it uses.
  void run(Lane& lane, Call call);

  /// From now on until the next start(), callers wait until `patience` is over at most.
  void stop(std::chrono::milliseconds patience);
  void start();

 private:
  using Calls = std::deque<std::shared_ptr<Call>>;
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<std::chrono::steady_clock::time_point> left_behind{};  // when callers stop to wait
  };
  static void work(const std::shared_ptr<State>& state, const std::shared_ptr<Calls>& calls);

  const std::shared_ptr<State> state_ = std::make_shared<State>();  // of which each thread has a share
};

}  // namespace rtmp
