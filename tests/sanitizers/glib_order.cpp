// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows ThreadSanitizer how GLib orders threads. GLib is not built with it, and its locks are futexes of its
// own, so that what stands under one looks raced over. In a program that has this file, what GStreamer, GIO
// and this project call of GLib comes here first; what GLib calls of itself does not, so that a thread pool
// is shown as a whole.
//
// Not built with ThreadSanitizer either: what this file itself orders by must not hide a race of others.
#include <dlfcn.h>
#include <gst/gst.h>

#include <atomic>
#include <thread>

extern "C" {
void __tsan_acquire(void* address);  // NOLINT: its names
void __tsan_release(void* address);
}

namespace {

/// The library's function that this file's stands before.
#define REAL(function) \
  static const auto real = reinterpret_cast<decltype(&function)>(dlsym(RTLD_NEXT, #function))

/// A function and what it is called with, where a library has room for one pointer. Kept for as long as the
/// process.
struct Job {
  GFunc function;
  gpointer data;
};

void run(gpointer item, gpointer data) {
  const auto* job = static_cast<Job*>(data);
  __tsan_acquire(item);
  job->function(item, job->data);
}

struct Wrapped {
  GDestroyNotify free;
  gpointer data;
};

void free_wrapped(gpointer data) {
  auto* wrapped = static_cast<Wrapped*>(data);
  __tsan_acquire(wrapped);
  if (wrapped->free) wrapped->free(wrapped->data);
  delete wrapped;
}

std::atomic_flag letting_go;
thread_local bool lets_go = false;

}  // namespace

extern "C" {

void g_mutex_lock(GMutex* mutex) {
  REAL(g_mutex_lock);
  real(mutex);
  __tsan_acquire(mutex);
}

gboolean g_mutex_trylock(GMutex* mutex) {
  REAL(g_mutex_trylock);
  const gboolean locked = real(mutex);
  if (locked) __tsan_acquire(mutex);
  return locked;
}

void g_mutex_unlock(GMutex* mutex) {
  REAL(g_mutex_unlock);
  __tsan_release(mutex);
  real(mutex);
}

void g_cond_wait(GCond* condition, GMutex* mutex) {
  REAL(g_cond_wait);
  __tsan_release(mutex);
  real(condition, mutex);
  __tsan_acquire(mutex);
}

gboolean g_cond_wait_until(GCond* condition, GMutex* mutex, gint64 end) {
  REAL(g_cond_wait_until);
  __tsan_release(mutex);
  const gboolean signalled = real(condition, mutex, end);
  __tsan_acquire(mutex);
  return signalled;
}

GThreadPool* g_thread_pool_new(GFunc function, gpointer data, gint most, gboolean exclusive, GError** error) {
  REAL(g_thread_pool_new);
  return real(run, new Job{function, data}, most, exclusive, error);
}

gboolean g_thread_pool_push(GThreadPool* pool, gpointer item, GError** error) {
  REAL(g_thread_pool_push);
  __tsan_release(item);
  return real(pool, item, error);
}

// Whoever lets go of an object last disposes of it, behind all others. Which one is the last is known by
// taking turns; a disposal is in no turn, but where another reference went unseen, by GObject itself.
void(g_object_unref)(gpointer object) {
  static const auto real = reinterpret_cast<void (*)(gpointer)>(dlsym(RTLD_NEXT, "g_object_unref"));
  __tsan_release(object);
  if (!lets_go) {
    while (letting_go.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
    const bool last = g_atomic_int_get(&static_cast<GObject*>(object)->ref_count) == 1;
    if (!last) {
      lets_go = true;
      real(object);
      lets_go = false;
    }
    letting_go.clear(std::memory_order_release);
    if (!last) return;
  }
  __tsan_acquire(object);
  real(object);
}

// Whoever lets go of a buffer last frees what is in it.
GstBuffer* gst_buffer_new_wrapped_full(GstMemoryFlags flags, gpointer memory, gsize capacity, gsize offset,
                                       gsize size, gpointer data, GDestroyNotify free) {
  REAL(gst_buffer_new_wrapped_full);
  auto* wrapped = new Wrapped{free, data};
  __tsan_release(wrapped);
  return real(flags, memory, capacity, offset, size, wrapped, free_wrapped);
}
}
