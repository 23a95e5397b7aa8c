// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mount_match.h"

#include <functional>
#include <string>
#include <tuple>

#include "constant_time.h"

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

MountPath::MountPath(std::string_view application, std::string_view stream_key)
    : text_("/" + path_of(application, stream_key)), hash_(std::hash<std::string_view>()(text_)) {}

// The hashes are compared as numbers first. The texts are compared only if these are equal.
bool MountPath::equals(const MountPath& other) const {
  return hash_ == other.hash_ && equal_in_constant_time(text_, other.text_);
}

bool MountPath::ends_with(const MountPath& end) const {
  if (text_.size() < end.text_.size()) return false;
  const auto last = std::string_view(text_).substr(text_.size() - end.text_.size());
  if (last[0] != '/') return false;
  return std::hash<std::string_view>()(last) == end.hash_ && equal_in_constant_time(last, end.text_);
}

MountMatch::MountMatch(const MountSpec& spec)
    : application_(spec.application),
      has_stream_key_(spec.stream_key),
      path_(spec.application.value_or(""), spec.stream_key.value_or("")) {}

bool MountMatch::takes(const PublishedName& name) const {
  if (!has_stream_key_) return !application_ || name.application == *application_;
  return application_ ? name.path.equals(path_) : name.path.ends_with(path_);
}

bool MountMatch::is_same_as(const MountMatch& other) const {
  return application_.has_value() == other.application_.has_value() &&
         has_stream_key_ == other.has_stream_key_ && path_.equals(other.path_);
}

bool goes_before(const MountSpec& a, const MountSpec& b) {
  const auto rank = [](const MountSpec& spec) {
    return std::tuple(spec.stream_key.has_value(), spec.application.has_value(), !spec.hands_on);
  };
  return rank(a) > rank(b);
}

}  // namespace rtmp
