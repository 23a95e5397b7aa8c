// SPDX-License-Identifier: LGPL-2.1-or-later
// What many files include first, compiled once for each library that has many. No file may rely on it: the
// build with libc++ in scripts/test is without.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
