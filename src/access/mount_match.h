// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rtmp/mount.h"

namespace rtmp {

/// Returns application and stream key as one text. A publisher may put the boundary between them elsewhere.
std::string path_of(std::string_view application, std::string_view stream_key);

/// Returns whether a client of this application could publish to the mount. Only the publish command shows
/// where the boundary between application and stream key is, and stream keys are compared only then.
bool takes_application(const MountSpec& spec, std::string_view application);

/// The application and the stream key of a publisher or a mount, as one text behind a slash. Each publisher
/// is compared with all mounts of a port, of which there may be a thousand. So the text is made once, and has
/// a hash.
class MountPath {
 public:
  MountPath(std::string_view application, std::string_view stream_key);

  // The time that these take does not depend on how much of a text is right.
  [[nodiscard]] bool equals(const MountPath& other) const;
  /// Returns whether `end` is all of this, or the end of it behind a slash.
  [[nodiscard]] bool ends_with(const MountPath& end) const;

 private:
  std::string text_;
  std::size_t hash_;
};

/// What a publisher names, prepared to be compared with many mounts. The request must outlive it.
struct PublishedName {
  explicit PublishedName(const PublishRequest& request)
      : application(request.application), path(request.application, request.stream_key) {}

  std::string_view application;
  MountPath path;
};

/// The part of a mount's specification that says which publishers it takes.
class MountMatch {
 public:
  explicit MountMatch(const MountSpec& spec);

  /// Returns whether the mount takes what a publisher names. Keys are compared in constant time.
  [[nodiscard]] bool takes(const PublishedName& name) const;
  /// Returns whether the other mount has the same application and stream key.
  [[nodiscard]] bool is_same_as(const MountMatch& other) const;

 private:
  std::optional<std::string> application_;
  bool has_stream_key_;
  MountPath path_;
};

/// Returns whether `a` is asked before `b`. A stream key counts for more than an application. Of two mounts
/// that are as specific, the one that hands publishers on is asked last.
bool goes_before(const MountSpec& a, const MountSpec& b);

}  // namespace rtmp
