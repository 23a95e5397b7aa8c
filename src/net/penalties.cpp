// SPDX-License-Identifier: LGPL-2.1-or-later
#include "penalties.h"

#include <algorithm>

#include "network.h"
#include "rtmp/limits.h"

namespace rtmp {
void Penalties::forgive(Record& record, Clock::time_point now) {
  while (record.refusals > 0 && now - record.forgiven >= limits::kForgiveness) {
    --record.refusals;
    record.forgiven += limits::kForgiveness;
  }
}

std::chrono::milliseconds Penalties::refused(const std::string& host, Clock::time_point now) {
  const std::string from = network_of(host);
  std::lock_guard lock(mutex_);
  if (records_.size() >= limits::kMaxRefusedAddresses && !records_.contains(from)) {
    for (auto& [network, record] : records_) forgive(record, now);
    std::erase_if(records_, [](const auto& entry) { return entry.second.refusals == 0; });
    if (records_.size() >= limits::kMaxRefusedAddresses)
      records_.erase(
          std::ranges::min_element(records_, {}, [](const auto& entry) { return entry.second.refusals; }));
  }
  Record& record = records_[from];
  forgive(record, now);
  if (record.refusals == 0) record.forgiven = now;
  if (record.refusals < limits::kMaxRefusals) ++record.refusals;
  auto delay = limits::kFirstRefusalDelay;
  for (std::size_t i = 1; i < record.refusals && delay < limits::kMaxRefusalDelay; ++i) delay *= 2;
  return std::min(delay, limits::kMaxRefusalDelay);
}

bool Penalties::bars(const std::string& host, Clock::time_point now) const {
  std::lock_guard lock(mutex_);
  const auto found = records_.find(network_of(host));
  if (found == records_.end()) return false;
  Record record = found->second;
  forgive(record, now);
  return record.refusals >= limits::kMaxRefusals;
}

}  // namespace rtmp
