// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmp {

/// A user and their password, both in clear: the challenges of RTMP need it so. Never logged.
struct Credentials {
  std::string username;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

inline constexpr std::size_t kMaxUsername = 64;  // bytes

/// Whether RTMP's ways of logging in have room for such a user: at most kMaxUsername bytes of UTF-8, at least
/// one, no control characters, and none of "&?#=".
bool can_log_in(std::string_view username);

}  // namespace rtmp
