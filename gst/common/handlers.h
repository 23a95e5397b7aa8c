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

/// Calls functions of the application, each on another thread, and waits for them with a time limit.
///
/// A handler may take its time, and the thread that calls it waits. But the handler may itself wait for
/// something that waits for this thread: set_state() holds the element's state lock while stop() waits for
/// the reader threads, and gst_element_send_event() takes that lock. After stop(), therefore, a caller waits
/// only for a moment. Then it goes on, and the handler finishes by itself: it is left behind.
class Handlers {
 public:
  using Call = std::function<void()>;

  /// The calls of one lane run one at a time and in order. That includes calls that are left behind.
  class Lane {
   public:
    Lane() : calls_(std::make_shared<std::deque<std::shared_ptr<Call>>>()) {}

   private:
    friend class Handlers;
    std::shared_ptr<std::deque<std::shared_ptr<Call>>> calls_;  // the first one runs
  };

  /// Runs `call` and returns when it has returned, or when it is left behind. It may therefore outlive the
  /// caller, and must own the objects that it uses. Any thread may call this function.
  void run(Lane& lane, Call call);

  /// From now on until the next start(), callers wait for `patience` at most.
  void stop(std::chrono::milliseconds patience);
  void start();

 private:
  using Calls = std::deque<std::shared_ptr<Call>>;
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<std::chrono::steady_clock::time_point> left_behind{};  // when callers stop waiting
  };
  static void work(const std::shared_ptr<State>& state, const std::shared_ptr<Calls>& calls);

  const std::shared_ptr<State> state_ = std::make_shared<State>();  // every thread has a share in it
};

}  // namespace rtmp
