// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace rtmp {

/// Returns a name in a form for a log line: printable ASCII, and short.
std::string printable(std::string_view name);

/// The same for a secret. At most its first two characters are shown.
std::string masked(std::string_view secret);

}  // namespace rtmp
