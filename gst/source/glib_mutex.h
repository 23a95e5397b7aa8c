// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>
#include <mutex>

namespace rtmp {

/// GLib's mutex, in the form that the locks of the standard library need. Together with Condition it is for
/// threads that wait for each other many times a second. A thread that was woken by a std::condition_variable
/// of glibc makes one more system call when it unlocks the mutex. With GLib it makes none.
class GlibMutex {
 public:
  GlibMutex() { g_mutex_init(&mutex_); }
  ~GlibMutex() { g_mutex_clear(&mutex_); }
  GlibMutex(const GlibMutex&) = delete;
  GlibMutex& operator=(const GlibMutex&) = delete;

  void lock() { g_mutex_lock(&mutex_); }
  void unlock() { g_mutex_unlock(&mutex_); }

 private:
  friend class Condition;
  GMutex mutex_;
};

/// What a thread waits for while it has locked a GlibMutex. signal() makes a system call even if no thread
/// waits.
class Condition {
 public:
  Condition() { g_cond_init(&condition_); }
  ~Condition() { g_cond_clear(&condition_); }
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  void signal() { g_cond_signal(&condition_); }

  /// Blocks until `holds` returns true.
  template <class Predicate>
  void wait(std::unique_lock<GlibMutex>& lock, Predicate holds) {
    while (!holds()) g_cond_wait(&condition_, &lock.mutex()->mutex_);
  }
  /// Blocks until `holds` returns true, or `patience` is over.
  template <class Predicate>
  void wait_for(std::unique_lock<GlibMutex>& lock, std::chrono::milliseconds patience, Predicate holds) {
    const gint64 end = g_get_monotonic_time() + std::chrono::microseconds(patience).count();
    while (!holds())
      if (!g_cond_wait_until(&condition_, &lock.mutex()->mutex_, end)) return;
  }

 private:
  GCond condition_;
};

}  // namespace rtmp
