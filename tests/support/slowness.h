// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace rtmp::test {

#if defined(__has_feature)
#define RTMP_TEST_HAS_FEATURE(name) __has_feature(name)
#else
#define RTMP_TEST_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_THREAD__) || RTMP_TEST_HAS_FEATURE(thread_sanitizer)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__) || RTMP_TEST_HAS_FEATURE(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = kThreadSanitizer;
#endif

/// How many times longer a thing may take in this build.
inline constexpr int kSlowness = kThreadSanitizer ? 10 : kSanitized ? 3 : 1;

}  // namespace rtmp::test
