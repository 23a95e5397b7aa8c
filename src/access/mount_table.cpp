// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mount_table.h"

#include <algorithm>

#include "text.h"

namespace rtmp {
namespace {

std::string description_of(const MountSpec& spec) {
  std::string text = "application ";
  if (spec.application)
    text.append("'").append(printable(*spec.application)).append("'");
  else
    text += "any";
  return text.append(", stream key ").append(spec.stream_key ? masked(*spec.stream_key) : "any");
}

void wake_newcomers(const MountTable::Mount& mount) {
  for (Publisher* newcomer : mount.newcomers) newcomer->wake();
}

// A publisher that ends already is not cut short: rtmp2sink reports an error if the server closes first.
void end_publisher(const MountTable::Mount& mount) {
  if (mount.publisher && !mount.ending) mount.publisher->end(ErrorCode::kCancelled);
}

}  // namespace

Result<void> MountTable::claim(MountSpec spec, MountDelegate& delegate) {
  std::lock_guard lock(mutex_);
  const MountMatch match(spec);
  const auto conflicts = [&](const Mount& m) {
    return !m.finished && m.spec.hands_on == spec.hands_on && m.match.is_same_as(match);
  };
  if (std::ranges::any_of(mounts_, conflicts)) return Error{ErrorCode::kAlreadyClaimed, description_of(spec)};
  const auto place = std::ranges::find_if(mounts_, [&](const Mount& m) { return goes_before(spec, m.spec); });
  const auto guard = guard_of(spec);
  mounts_.insert(
      place,
      {.spec = std::move(spec), .match = match, .delegate = &delegate, .number = ++claims_, .guard = guard});
  door_ = door_of_all();
  return {};
}

void MountTable::finish(MountDelegate& delegate) {
  std::lock_guard lock(mutex_);
  for (Mount& mount : mounts_) {
    if (mount.delegate != &delegate || mount.finished) continue;
    mount.finished = true;
    wake_newcomers(mount);
    end_publisher(mount);
  }
}

// Returns the mount of a publisher that is not ending yet.
MountTable::Mount* MountTable::with_publisher(const MountDelegate& delegate) {
  const auto in_place = [&](const Mount& m) {
    return m.delegate == &delegate && m.publisher && !m.ending && !m.replaced;
  };
  const auto mount = std::ranges::find_if(mounts_, in_place);
  return mount == mounts_.end() ? nullptr : &*mount;
}

bool MountTable::dismiss(MountDelegate& delegate, ErrorCode why) {
  std::lock_guard lock(mutex_);
  const Mount* mount = with_publisher(delegate);
  if (mount) mount->publisher->end(why);
  return mount != nullptr;
}

bool MountTable::request_reconnect(MountDelegate& delegate, const std::string& url) {
  std::lock_guard lock(mutex_);
  const Mount* mount = with_publisher(delegate);
  if (mount) mount->publisher->ask_to_reconnect(url);
  return mount != nullptr;
}

void MountTable::set_accepting(MountDelegate& delegate, Accepting accepting) {
  std::lock_guard lock(mutex_);
  for (Mount& mount : mounts_) {
    if (mount.delegate != &delegate) continue;
    mount.spec.accepting = accepting;
    wake_newcomers(mount);
  }
}

bool MountTable::accepts(const Mount& mount) const {
  std::lock_guard lock(mutex_);
  return mount.spec.accepting == Accepting::kYes;
}

std::string MountTable::owner() const {
  std::lock_guard lock(mutex_);
  const Mount* oldest = nullptr;
  for (const Mount& mount : mounts_)
    if (!mount.released && (!oldest || mount.number < oldest->number)) oldest = &mount;
  return oldest ? oldest->spec.owner : "";
}

bool MountTable::wants_port() const {
  std::lock_guard lock(mutex_);
  return mounts_.empty() ||
         std::ranges::any_of(mounts_, [](const Mount& m) { return m.spec.accepting != Accepting::kClosed; });
}

void MountTable::release(MountDelegate& delegate) {
  std::unique_lock lock(mutex_);
  const auto mount =
      std::ranges::find_if(mounts_, [&](const Mount& m) { return m.delegate == &delegate && !m.released; });
  if (mount == mounts_.end()) return;
  mount->released = true;
  door_ = door_of_all();
  wake_newcomers(*mount);
  end_publisher(*mount);
  changed_.wait(lock, [&] { return !mount->publisher && mount->callers == 0; });
  mounts_.erase(mount);
}

MountTable::Admission MountTable::admits(std::string_view application) const {
  std::lock_guard lock(mutex_);
  // Finished mounts count only if there are no others. They must not let a client evade the login of another.
  for (const bool finished : {false, true}) {
    Admission admission;
    for (const Mount& mount : mounts_) {
      if (mount.released || mount.finished != finished || !takes_application(mount.spec, application))
        continue;
      admission.enhanced = admission.enhanced || mount.spec.enhanced;
      if (mount.spec.credentials)
        admission.credentials.push_back(*mount.spec.credentials);
      else
        admission.open = true;
    }
    if (admission.open || !admission.credentials.empty()) return admission;
  }
  return {};
}

Door MountTable::door() const {
  std::lock_guard lock(mutex_);
  return door_;
}

Door MountTable::door_of_all() const {
  std::optional<Door> all;
  for (const Mount& mount : mounts_) {
    if (mount.released) continue;
    const Door& one = mount.spec.door;
    if (!all) {
      all = one;
      continue;
    }
    all->max_connections = std::max(all->max_connections, one.max_connections);
    all->max_connections_per_address =
        std::max(all->max_connections_per_address, one.max_connections_per_address);
    all->max_unpublished_connections =
        std::max(all->max_unpublished_connections, one.max_unpublished_connections);
    all->trusted.add(one.trusted);
    if (all->allowed.empty() || one.allowed.empty())
      all->allowed = {};
    else
      all->allowed.add(one.allowed);
  }
  return all.value_or(Door{});
}

MountTable::Answer MountTable::publish(const PublishRequest& request, const std::optional<Credentials>& login,
                                       Publisher& publisher) {
  Mount* mount = borrow(request);
  if (!mount) {
    rejected(request, Rejection::kStreamKey);
    return {Rejection::kStreamKey, nullptr};
  }
  std::optional<Rejection> no;
  Way way{.request = request, .login = login, .publisher = publisher};
  for (;;) {
    no = decide(*mount, way);
    if (no) break;
    if (moves_on(mount, request)) continue;  // to a mount that was claimed meanwhile
    if (mount->spec.hands_on) {
      no = Rejection::kBusy;
      break;
    }
    no = enter(*mount, request, publisher);
    if (!no || !moves_on(mount, request)) break;  // away from a mount that has finished meanwhile
  }
  if (!no)
    mount->delegate->publish_started(request);
  else if (!way.told)
    mount->delegate->rejected(request, *no);
  leave(*mount);
  return {no, no ? nullptr : mount};
}

// Borrows the mount for a publisher until leave(): the first one that takes it, or else a finished one that
// would.
MountTable::Mount* MountTable::borrow(const PublishRequest& request) {
  const PublishedName name(request);
  std::lock_guard lock(mutex_);
  Mount* found = nullptr;
  for (Mount& mount : mounts_) {
    if (mount.released || !mount.match.takes(name)) continue;
    if (!found || found->finished) found = &mount;
    if (!found->finished) break;
  }
  if (found) ++found->callers;
  return found;
}

// Returns whether another mount takes the publisher by now. That one is borrowed then instead of the first.
bool MountTable::moves_on(Mount*& mount, const PublishRequest& request) {
  Mount* now = borrow(request);
  if (!now) return false;
  const bool moves = now != mount;
  leave(*std::exchange(mount, now));
  return moves;
}

void MountTable::leave(Mount& mount) {
  std::lock_guard lock(mutex_);
  --mount.callers;
  changed_.notify_all();
}

void MountTable::begin_end(Mount& mount) {
  std::lock_guard lock(mutex_);
  mount.ending = true;
}

void MountTable::finish_end(Mount& mount, bool finished) {
  std::lock_guard lock(mutex_);
  mount.replaced = mount.ending = false;
  mount.questions = 0;
  mount.finished |= finished;
  mount.publisher = nullptr;
  ++mount.publishers;
  wake_newcomers(mount);
  changed_.notify_all();
}

void MountTable::shows_life(Mount& mount) {
  std::lock_guard lock(mutex_);
  wake_newcomers(mount);
}

void MountTable::has_room(MountDelegate& delegate) {
  std::lock_guard lock(mutex_);
  for (Mount& mount : mounts_)
    if (mount.delegate == &delegate) wake_newcomers(mount);
}

void MountTable::rejected(const PublishRequest& request, Rejection why) {
  tell_all([&](MountDelegate& delegate) { delegate.rejected(request, why); });
}

void MountTable::warned(const Error& what) {
  tell_all([&](MountDelegate& delegate) { delegate.warned(what); });
}

template <class Tell>
void MountTable::tell_all(Tell tell) {
  std::vector<Mount*> told;
  {
    std::lock_guard lock(mutex_);
    for (Mount& mount : mounts_) {
      if (mount.released) continue;
      ++mount.callers;
      told.push_back(&mount);
    }
  }
  for (Mount* mount : told) {
    tell(*mount->delegate);
    leave(*mount);
  }
}

}  // namespace rtmp
