// SPDX-License-Identifier: LGPL-2.1-or-later
// The system has no thread to give: what would start one says so, and the process goes on.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <cstdio>

#include "certificate_files.h"
#include "notes.h"
#include "null_logger.h"
#include "rtmp/server.h"
#include "slowness.h"

namespace rtmp::test {
namespace {

#if defined(__GLIBC__)

constexpr std::size_t kStack = 1u << 30;
constexpr rlim_t kRoom = 256u << 20;  // for all else

// From now on this process has no memory for a thread's stack. (A limit on threads does not bind root.)
void take_threads_away() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
  rlim_t pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file || std::fscanf(file, "%lu", &pages) != 1) std::abort();
  std::fclose(file);
  const rlim_t most = pages * 4096 + kRoom;
  const rlimit limit{most, most};
  setrlimit(RLIMIT_AS, &limit);
}

// The exit status says what came of it: the code of the error, or 99.
template <class T>
[[noreturn]] void exit_with(const Result<T>& result) {
  std::_Exit(result ? 99 : static_cast<int>(result.error().code));
}
const auto kSaysSo = testing::ExitedWithCode(static_cast<int>(ErrorCode::kNoThread));

class Threads : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "a sanitizer's own memory meets the limit first";
  }
};

TEST_F(Threads, AServerDoesNotStartWithoutOne) {
  EXPECT_EXIT(
      {
        Server server({.host = "127.0.0.1", .port = 0}, null_logger());
        take_threads_away();
        exit_with(server.start());
      },
      kSaysSo, "");
}

TEST_F(Threads, ACertificateIsNotTriedWithoutOne) {
  const CertificateFiles files = make_certificate("threads");
  EXPECT_EXIT(
      {
        take_threads_away();
        exit_with(load_certificate(files.certificate, files.key));
      },
      kSaysSo, "");
}

TEST_F(Threads, AConnectionIsClosedWithoutOne) {
  EXPECT_EXIT(
      {
        Server server({.host = "127.0.0.1", .port = 0}, null_logger());
        if (!server.start()) std::_Exit(98);
        TcpPublisher before(server.port());
        if (!before.handshake()) std::_Exit(97);
        take_threads_away();
        TcpPublisher publisher(server.port());
        if (publisher.wait_for_end() == ErrorCode::kTimedOut) std::_Exit(96);
        std::_Exit(0);
      },
      testing::ExitedWithCode(0), "");
}

#endif

}  // namespace
}  // namespace rtmp::test
