// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace rtmp::test {

/// How many times longer a thing may take in this build.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr int kSlowness = 10;
#else
inline constexpr int kSlowness = 1;
#endif
#else
inline constexpr int kSlowness = 1;
#endif

}  // namespace rtmp::test
