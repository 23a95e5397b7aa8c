// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rtmp/mount.h"

namespace rtmp {

/// Application and stream key as one text, whose parts may be divided elsewhere.
std::string path_of(std::string_view application, std::string_view stream_key);

/// Whether something may be published to the mount by a client of the application. Only the publish command
/// shows where the boundary between application and stream key is, and stream keys are compared only then.
bool takes_application(const MountSpec& spec, std::string_view application);

/// What somebody publishes, or a mount takes, as one text behind a slash. Each publisher is compared with all
/// mounts of a port, of which there may be a thousand: the text is put together once, and has a hash.
class MountPath {
 public:
  MountPath(std::string_view application, std::string_view stream_key);

  /// The time that these take does not depend on how much of a text is right.
  [[nodiscard]] bool equals(const MountPath& other) const;
  /// Whether `end` is all of it, or stands behind a slash.
  [[nodiscard]] bool ends_with(const MountPath& end) const;

 private:
  std::string text_;
  std::size_t hash_;
};

/// What a publisher names, for comparisons with many mounts. The request must outlive it.
struct PublishedName {
  explicit PublishedName(const PublishRequest& request)
      : application(request.application), path(request.application, request.stream_key) {}

  std::string_view application;
  MountPath path;
};

/// What of a mount's specification says which publishers it takes.
class MountMatch {
 public:
  explicit MountMatch(const MountSpec& spec);

  /// Whether the mount takes what a publisher names. Keys are compared in constant time.
  [[nodiscard]] bool takes(const PublishedName& name) const;
  /// Whether the other mount takes the very same.
  [[nodiscard]] bool is_same_as(const MountMatch& other) const;

 private:
  std::optional<std::string> application_;
  bool has_stream_key_;
  MountPath path_;
};

/// Whether `a` is to be looked at before `b`: key before application; and of those that say as much, the one
/// that hands publishers on comes last.
bool goes_before(const MountSpec& a, const MountSpec& b);

}  // namespace rtmp
