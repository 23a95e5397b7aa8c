// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdio>
#include <cstdlib>

namespace rtmp::fuzz {

/// Ends the process, which is how a fuzz target fails, unless this is so.
inline void require(bool so, const char* what) {
  if (so) return;
  std::fprintf(stderr, "Not so: %s\n", what);
  std::abort();
}

}  // namespace rtmp::fuzz
