// SPDX-License-Identifier: LGPL-2.1-or-later
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <memory>
#include <thread>
#include <utility>

#include "floor.h"
#include "serve.h"
#include "socket.h"

namespace rtmp::bench {
namespace {

/// A connection with its two threads.
class FloorStream {
 public:
  FloorStream(Fd connection, std::size_t chunk_size)
      : connection_(std::move(connection)),
        copier_(chunk_size, exchange_),
        consumer_([this] { consume(exchange_); }),
        reader_([this] { read(); }) {}

  /// Waits for the end of the stream, and returns how many bytes have come.
  std::uint64_t wait() {
    reader_.join();
    consumer_.join();
    return total_;
  }

 private:
  // As much as a read of a stream in real time has to take: more would be memory that is seldom used.
  static constexpr std::size_t kReadSize = 16 << 10;

  // Like a server that may be asked to end, this waits with poll(). What a stream in real time has sent is to
  // be handed on at once. A stream that fails shows in the number of bytes.
  void read() {
    pollfd readable{connection_.get(), POLLIN, 0};
    for (;;) {
      (void)::poll(&readable, 1, -1);
      const auto size = ::recv(connection_.get(), buffer_.get(), kReadSize, 0);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      copier_.copy(buffer_.get(), static_cast<std::size_t>(size));
      copier_.hand_over();
      total_ += static_cast<std::uint64_t>(size);
    }
    copier_.end();
    connection_.reset();
  }

  Fd connection_;
  Exchange exchange_;
  ChunkCopier copier_;
  const std::unique_ptr<char[]> buffer_{new char[kReadSize]};
  std::uint64_t total_ = 0;
  std::thread consumer_;
  std::thread reader_;
};

}  // namespace

void serve_floors(std::size_t chunk_size, std::size_t streams) {
  std::thread(answer_control).detach();
  auto [listener, port] = listen_on_loopback();
  report_line("port " + std::to_string(port));
  std::deque<FloorStream> all;
  while (all.size() < streams) {
    Fd connection(::accept(listener.get(), nullptr, nullptr));
    if (connection.get() < 0) throw_errno("accept");
    all.emplace_back(std::move(connection), chunk_size);
  }
  std::uint64_t total = 0;
  for (FloorStream& stream : all) total += stream.wait();
  report_done(now_ns(), total);
}

}  // namespace rtmp::bench
