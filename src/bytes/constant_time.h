// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace rtmp {

/// Returns whether both are the same. The time that this takes depends on their lengths at most, and not on
/// where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace rtmp
