// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mount_match.h"

#include <string>
#include <utility>

#include "auth.h"

namespace rtmp {
namespace {

bool is_prefix(std::string_view prefix, std::string_view path) {
  return prefix.empty() || path == prefix || (path.starts_with(prefix) && path[prefix.size()] == '/');
}

}  // namespace

std::string path_of(std::string_view application, std::string_view stream_key) {
  std::string path(application);
  if (!path.empty() && !stream_key.empty()) path += '/';
  return path += stream_key;
}

bool takes_application(const MountSpec& spec, std::string_view application) {
  if (!spec.application || application == *spec.application) return true;
  if (!spec.stream_key) return false;
  return is_prefix(application, *spec.application) || is_prefix(*spec.application, application);
}

bool takes(const MountSpec& spec, const PublishRequest& request) {
  if (!spec.stream_key) return !spec.application || request.application == *spec.application;
  const std::string path = path_of(request.application, request.stream_key);
  if (spec.application) return equal_in_constant_time(path, path_of(*spec.application, *spec.stream_key));
  // The key ends the path, and begins it or stands behind a slash.
  const std::string wanted = "/" + *spec.stream_key;
  const std::string given = "/" + path;
  return given.size() >= wanted.size() &&
         equal_in_constant_time(std::string_view(given).substr(given.size() - wanted.size()), wanted);
}

bool claims_the_same(const MountSpec& a, const MountSpec& b) {
  if (a.application.has_value() != b.application.has_value() ||
      a.stream_key.has_value() != b.stream_key.has_value())
    return false;
  return path_of(a.application.value_or(""), a.stream_key.value_or("")) ==
         path_of(b.application.value_or(""), b.stream_key.value_or(""));
}

bool says_more(const MountSpec& a, const MountSpec& b) {
  const auto rank = [](const MountSpec& spec) {
    return std::pair(spec.stream_key.has_value(), spec.application.has_value());
  };
  return rank(a) > rank(b);
}

}  // namespace rtmp
