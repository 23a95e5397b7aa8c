// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace rtmp {

/// Whether they are the same. The time it takes tells their lengths at most, and not where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace rtmp
