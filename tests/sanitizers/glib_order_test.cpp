// SPDX-License-Identifier: LGPL-2.1-or-later
// What ThreadSanitizer must not report, and what it must.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

// NOLINTBEGIN: ThreadSanitizer's names
extern "C" {
int __tsan_get_report_mop(void* report, unsigned long i, int* tid, void** address, int* size, int* write,
                          int* atomic, void** trace, unsigned long trace_size);
void __tsan_on_report(void* report);
}
// NOLINTEND

namespace {

std::atomic<const void*> watched = nullptr;
std::atomic<int> reports = 0;

}  // namespace

// ThreadSanitizer calls this. Of what GLib allocates it has more to say.
void __tsan_on_report(void* report) {
  void* address = nullptr;
  int n = 0;
  void* trace = nullptr;
  __tsan_get_report_mop(report, 0, &n, &address, &n, &n, &n, &trace, 1);
  if (address == watched) ++reports;
}

namespace rtmp::test {
namespace {

class GlibOrder : public testing::Test {
 protected:
  GlibOrder() {
    watched = &shared_;
    reports = 0;
  }

  int shared_ = 0;  // no atomic: what orders its users is the test's subject
};

TEST_F(GlibOrder, IsNotWhereNothingOrders) {
  std::thread other([&] { shared_ = 1; });
  shared_ = 2;
  other.join();
  EXPECT_EQ(reports, 1);
}

TEST_F(GlibOrder, OfAMutex) {
  GMutex mutex;
  g_mutex_init(&mutex);
  const auto count = [&] {
    for (int i = 0; i < 1000; ++i) {
      if (i % 2 != 0 || !g_mutex_trylock(&mutex)) g_mutex_lock(&mutex);
      ++shared_;
      g_mutex_unlock(&mutex);
    }
  };
  std::thread other(count);
  count();
  other.join();
  g_mutex_clear(&mutex);
  EXPECT_EQ(shared_, 2000);
  EXPECT_EQ(reports, 0);
}

TEST_F(GlibOrder, OfACondition) {
  GMutex mutex;
  GCond condition;
  g_mutex_init(&mutex);
  g_cond_init(&condition);
  std::thread other([&] {
    g_mutex_lock(&mutex);
    while (shared_ == 0) g_cond_wait_until(&condition, &mutex, g_get_monotonic_time() + 1000);
    shared_ = 2;
    g_cond_signal(&condition);
    g_mutex_unlock(&mutex);
  });
  g_mutex_lock(&mutex);
  shared_ = 1;
  g_cond_signal(&condition);
  while (shared_ == 1) g_cond_wait(&condition, &mutex);
  g_mutex_unlock(&mutex);
  other.join();
  g_cond_clear(&condition);
  g_mutex_clear(&mutex);
  EXPECT_EQ(reports, 0);
}

// The second item finds the thread of the first.
TEST_F(GlibOrder, OfAThreadPool) {
  std::atomic<int> done = 0;
  GThreadPool* pool = g_thread_pool_new(
      [](gpointer item, gpointer data) {
        ++*static_cast<int*>(item);
        *static_cast<std::atomic<int>*>(data) += 1;
      },
      &done, 1, TRUE, nullptr);
  for (int i = 1; i <= 2; ++i) {
    shared_ = 10 * i;
    g_thread_pool_push(pool, &shared_, nullptr);
    while (done < i) std::this_thread::yield();
    EXPECT_EQ(shared_, 10 * i + 1);
  }
  g_thread_pool_free(pool, FALSE, TRUE);
  EXPECT_EQ(reports, 0);
}

TEST_F(GlibOrder, OfWhoFreesABuffer) {
  GAsyncQueue* queue = g_async_queue_new();
  std::thread other([&] { gst_buffer_unref(static_cast<GstBuffer*>(g_async_queue_pop(queue))); });
  shared_ = 1;
  g_async_queue_push(
      queue, gst_buffer_new_wrapped_full(GstMemoryFlags{}, &shared_, sizeof shared_, 0, sizeof shared_,
                                         &shared_, [](gpointer data) { *static_cast<int*>(data) = 2; }));
  other.join();
  g_async_queue_unref(queue);
  EXPECT_EQ(shared_, 2);
  EXPECT_EQ(reports, 0);
}

TEST_F(GlibOrder, OfWhoLetsGoOfAnObject) {
  auto* object = static_cast<GObject*>(g_object_new(G_TYPE_OBJECT, nullptr));
  g_object_weak_ref(
      object, [](gpointer data, GObject*) { *static_cast<int*>(data) = 2; }, &shared_);
  g_object_ref(object);
  std::thread other([&] {
    while (g_atomic_int_get(&object->ref_count) == 2) std::this_thread::yield();
    g_object_unref(object);
  });
  shared_ = 1;
  g_object_unref(object);
  other.join();
  EXPECT_EQ(shared_, 2);
  EXPECT_EQ(reports, 0);
}

}  // namespace
}  // namespace rtmp::test

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
