// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handlers.h"

#include <algorithm>
#include <system_error>
#include <thread>

namespace rtmp {

void Handlers::run(Lane& lane, Call call) {
  const auto mine = std::make_shared<Call>(std::move(call));
  const std::shared_ptr<Calls> calls = lane.calls_;
  std::unique_lock lock(state_->mutex);
  calls->push_back(mine);
  if (calls->size() == 1) {
    lock.unlock();
    try {
      std::thread([state = state_, calls] { work(state, calls); }).detach();
    } catch (const std::system_error&) {
      work(state_, calls);  // in this thread, because no other could be started
    }
    lock.lock();
  }
  const auto waits = [&] { return std::ranges::count(*calls, mine) > 0; };
  while (waits()) {
    if (!state_->left_behind)
      state_->changed.wait(lock);
    else if (state_->changed.wait_until(lock, *state_->left_behind) == std::cv_status::timeout)
      return;
  }
}

void Handlers::work(const std::shared_ptr<State>& state, const std::shared_ptr<Calls>& calls) {
  std::unique_lock lock(state->mutex);
  while (!calls->empty()) {
    Call& call = *calls->front();
    lock.unlock();
    call();
    call = nullptr;  // destroys what it owns without the lock
    lock.lock();
    calls->pop_front();
    state->changed.notify_all();
  }
}

void Handlers::stop(std::chrono::milliseconds patience) {
  std::lock_guard lock(state_->mutex);
  state_->left_behind = std::chrono::steady_clock::now() + patience;
  state_->changed.notify_all();
}

void Handlers::start() {
  std::lock_guard lock(state_->mutex);
  state_->left_behind.reset();
}

}  // namespace rtmp
