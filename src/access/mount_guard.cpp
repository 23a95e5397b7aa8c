// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a publisher may come to a mount. If a mount was claimed while the delegate of another mount decided
// on a publisher of both, that other mount guards it: its delegate is asked about all later publishers first.
#include <algorithm>

#include "mount_table.h"

namespace rtmp {

std::optional<Rejection> MountTable::decide(Mount& mount, Way& way) {
  if (mount.guard && std::ranges::count(way.passed, *mount.guard) == 0) {
    Mount* const guard = borrow_guard(*mount.guard);
    if (!guard) return Rejection::kNotAllowed;  // the guard has gone
    const auto no = decide(*guard, way);
    if (no && !way.told) {
      guard->delegate->rejected(way.request, *no);
      way.told = true;
    }
    leave(*guard);
    if (no) return no;
  }
  if (!way.publisher.is_let_in(mount.spec.door)) return Rejection::kAddress;
  if (mount.spec.credentials && mount.spec.credentials != way.login) return Rejection::kCredentials;
  if (!accepts(mount)) return Rejection::kDraining;
  if (!asks_delegate(mount, way.request)) return Rejection::kNotAllowed;
  way.passed.push_back(mount.number);
  return std::nullopt;
}

bool MountTable::asks_delegate(Mount& mount, const PublishRequest& request) {
  std::unique_lock lock(mutex_);
  const auto asked = asked_.insert(asked_.end(), {&mount, &request});
  lock.unlock();
  const bool allowed = mount.delegate->allows(request);
  lock.lock();
  asked_.erase(asked);
  return allowed;
}

MountTable::Mount* MountTable::borrow_guard(std::uint64_t number) {
  std::lock_guard lock(mutex_);
  const auto guard = std::ranges::find(mounts_, number, &Mount::number);
  if (guard == mounts_.end() || guard->released) return nullptr;
  ++guard->callers;
  return &*guard;
}

std::optional<std::uint64_t> MountTable::guard_of(const MountSpec& spec) const {
  const MountMatch match(spec);
  for (const auto& [mount, request] : asked_)
    if (match.takes(PublishedName(*request)) && goes_before(spec, mount->spec)) return mount->number;
  return std::nullopt;
}

}  // namespace rtmp
