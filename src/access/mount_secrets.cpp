// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of the texts that a client sends are secrets here, and whether they are right.
#include <algorithm>

#include "mount_table.h"

namespace rtmp {

// A right secret is named as the mount names it, because a client may write the same one in many ways.
std::optional<MountTable::Secret> MountTable::secret_of(std::string_view application) const {
  std::lock_guard lock(mutex_);
  Secret secret{.text = "application " + std::string(application), .right = false};
  for (const Mount& mount : mounts_) {
    if (mount.released) continue;
    if (!mount.spec.application) return std::nullopt;
    if (secret.right || !takes_application(mount.spec, application)) continue;
    secret = {.text = "application " + *mount.spec.application, .right = true};
  }
  return secret;
}

std::optional<MountTable::Secret> MountTable::secret_of(const PublishRequest& request,
                                                        const std::optional<Credentials>& login) const {
  const PublishedName name(request);
  std::lock_guard lock(mutex_);
  const auto mount =
      std::ranges::find_if(mounts_, [&](const Mount& m) { return !m.released && m.match.takes(name); });
  if (mount != mounts_.end() && !mount->spec.stream_key) return std::nullopt;
  if (mount != mounts_.end() && mount->guard) return std::nullopt;  // a handler decides, and not the key
  const bool right = mount != mounts_.end() && (!mount->spec.credentials || mount->spec.credentials == login);
  if (right) {
    return Secret{"stream key " + path_of(mount->spec.application.value_or(""), *mount->spec.stream_key),
                  true};
  }
  return Secret{"stream key " + path_of(request.application, request.stream_key), false};
}

}  // namespace rtmp
