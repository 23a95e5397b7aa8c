// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace rtmp {

/// A name fit for a log line: printable, and short.
std::string printable(std::string_view name);

/// The same for a secret: its first two characters at most.
std::string masked(std::string_view secret);

}  // namespace rtmp
