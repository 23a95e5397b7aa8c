// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory_budget.h"

#include <algorithm>

namespace rtmp {

void MemoryBudget::set(Holder& holder, std::size_t bytes) {
  const std::size_t most = share_ * connections_();
  std::lock_guard lock(mutex_);
  if (holder.ended) return;
  bytes_ = bytes_ - holder.bytes + bytes;
  holder.bytes = bytes;
  while (bytes_ > most) {
    // A connection that was ended frees its memory within moments. If it counted until then, others would be
    // ended.
    const auto greediest = std::ranges::max_element(
        holders_, {}, [](const Holder& other) { return other.ended ? 0 : other.bytes; });
    if (greediest->ended || greediest->bytes <= share_) return;
    greediest->ended = true;
    bytes_ -= greediest->bytes;
    greediest->end();
  }
}

MemoryBudget::Account::Account(MemoryBudget& budget, std::function<void()> end) : budget_(budget) {
  std::lock_guard lock(budget_.mutex_);
  holder_ = budget_.holders_.insert(budget_.holders_.end(), {.end = std::move(end)});
}

MemoryBudget::Account::~Account() {
  std::lock_guard lock(budget_.mutex_);
  if (!holder_->ended) budget_.bytes_ -= holder_->bytes;
  budget_.holders_.erase(holder_);
}

}  // namespace rtmp
