// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmp {

/// A user and a password, both in clear text, because the challenges of RTMP need them so. The password is
/// never logged.
struct Credentials {
  std::string username;
  std::string password;
  bool operator==(const Credentials&) const = default;
};

inline constexpr std::size_t kMaxUsername = 64;  // bytes

/// Returns whether a user of this name can log in over RTMP. The name has 1 to kMaxUsername bytes of valid
/// UTF-8, without control characters and without the characters "&?#=".
bool can_log_in(std::string_view username);

}  // namespace rtmp
