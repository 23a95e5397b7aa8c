// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

// GLib and GStreamer order threads by means that ThreadSanitizer does not see. Where something goes through
// their hands from one thread to another, these two tell it; in other builds they are nothing.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RTMP_HAS_THREAD_SANITIZER 1
#endif
#endif

#if RTMP_HAS_THREAD_SANITIZER
extern "C" {
void __tsan_acquire(void* address);  // NOLINT: its names
void __tsan_release(void* address);
}
#endif

namespace rtmp {

/// What this thread did so far comes before what another does after took_over() of the same thing.
inline void hand_over([[maybe_unused]] void* thing) {
#if RTMP_HAS_THREAD_SANITIZER
  __tsan_release(thing);
#endif
}

inline void took_over([[maybe_unused]] void* thing) {
#if RTMP_HAS_THREAD_SANITIZER
  __tsan_acquire(thing);
#endif
}

}  // namespace rtmp
