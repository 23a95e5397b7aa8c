// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <thread>

#include "floor.h"
#include "serve.h"
#include "socket.h"

namespace rtmp::bench {

void serve_floor(std::size_t chunk_size) {
  constexpr std::size_t kReadSize = 256 << 10;
  const Fd connection = accept_one();
  Exchange exchange;
  std::thread consumer([&] { consume(exchange); });
  ChunkCopier copier(chunk_size, exchange);
  const std::unique_ptr<char[]> buffer(new char[kReadSize]);
  std::uint64_t total = 0;
  int failed = 0;
  for (;;) {
    const auto size = ::recv(connection.get(), buffer.get(), kReadSize, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) failed = errno;
    if (size <= 0) break;
    copier.copy(buffer.get(), static_cast<std::size_t>(size));
    total += static_cast<std::uint64_t>(size);
  }
  copier.end();
  consumer.join();
  if (failed != 0) {
    errno = failed;
    throw_errno("recv");
  }
  report_done(now_ns(), total);
}

}  // namespace rtmp::bench
