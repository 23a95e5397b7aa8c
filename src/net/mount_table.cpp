// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mount_table.h"

#include <algorithm>

namespace rtmp {
namespace {

std::string join(std::string_view application, std::string_view stream_key) {
  std::string path(application);
  if (!path.empty() && !stream_key.empty()) path += '/';
  return path += stream_key;
}

}  // namespace

// Only the publish command shows where the boundary between application and stream key is; until then a
// prefix of the path, ended by a slash, may still be part of it.
bool takes_application(const MountSpec& spec, std::string_view application) {
  if (!spec.application || application == *spec.application) return true;
  if (!spec.stream_key) return false;
  const std::string wanted = join(*spec.application, *spec.stream_key);
  return wanted == application || application.empty() || wanted.starts_with(std::string(application) + "/");
}

bool takes(const MountSpec& spec, const PublishRequest& request) {
  if (!spec.stream_key) return !spec.application || request.application == *spec.application;
  const std::string path = join(request.application, request.stream_key);
  if (spec.application) return path == join(*spec.application, *spec.stream_key);
  return path == *spec.stream_key || path.ends_with("/" + *spec.stream_key);
}

void MountTable::claim(MountSpec spec, MountDelegate& delegate) {
  std::lock_guard lock(mutex_);
  const bool keyed = spec.stream_key.has_value();
  mounts_.insert(keyed ? mounts_.begin() : mounts_.end(), {std::move(spec), &delegate, {}});
}

void MountTable::release(MountDelegate& delegate) {
  std::unique_lock lock(mutex_);
  const auto mount = std::ranges::find_if(mounts_, [&](const Mount& m) { return m.delegate == &delegate; });
  if (mount == mounts_.end()) return;
  if (mount->cancel_publisher) mount->cancel_publisher();
  publisher_gone_.wait(lock, [&] { return !mount->cancel_publisher; });
  mounts_.erase(mount);
}

bool MountTable::accepts_application(std::string_view application) const {
  std::lock_guard lock(mutex_);
  return std::ranges::any_of(mounts_, [&](const Mount& m) { return takes_application(m.spec, application); });
}

MountTable::Answer MountTable::publish(const PublishRequest& request, std::function<void()> cancel) {
  Mount* mount = nullptr;
  {
    std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(mounts_, [&](const Mount& m) { return takes(m.spec, request); });
    if (found == mounts_.end()) return {PublishAnswer::kDenied, nullptr};
    if (found->cancel_publisher) return {PublishAnswer::kBusy, nullptr};
    mount = &*found;
    mount->cancel_publisher = std::move(cancel);
  }
  if (mount->delegate->publish_begins(request)) return {PublishAnswer::kAccepted, mount};
  ended(*mount);
  return {PublishAnswer::kBusy, nullptr};
}

void MountTable::ended(Mount& mount) {
  std::lock_guard lock(mutex_);
  mount.cancel_publisher = nullptr;
  publisher_gone_.notify_all();
}

}  // namespace rtmp
