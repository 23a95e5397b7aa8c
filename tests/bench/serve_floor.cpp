// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "serve.h"
#include "socket.h"

namespace rtmp::bench {
namespace {

constexpr std::size_t kReadSize = 256 << 10;
constexpr std::size_t kBlockSize = 256 << 10;
constexpr std::size_t kBlocks = 8;
constexpr std::size_t kChunkHeader = 1;  // that of all chunks but a message's first

struct Block {
  std::unique_ptr<char[]> memory{new char[kBlockSize]};
  std::size_t used = 0;
};

/// A fixed number of blocks that go to a second thread and come back. The block that came back last is used
/// next: it may still be in a cache.
class Exchange {
 public:
  Exchange() : free_(kBlocks) {}

  /// Blocks until one is free.
  Block get() {
    std::unique_lock lock(mutex_);
    has_free_.wait(lock, [this] { return !free_.empty(); });
    Block block = std::move(free_.back());
    free_.pop_back();
    return block;
  }

  void hand_over(Block block) {
    {
      const std::lock_guard lock(mutex_);
      filled_.push_back(std::move(block));
    }
    has_filled_.notify_one();
  }

  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    has_filled_.notify_one();
  }

  /// The second thread: takes what is there, looks at none of it, and gives it back.
  void consume() {
    std::vector<Block> taken;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        has_filled_.wait(lock, [this] { return !filled_.empty() || ended_; });
        if (filled_.empty()) return;
        taken.swap(filled_);
      }
      {
        const std::lock_guard lock(mutex_);
        std::ranges::move(taken, std::back_inserter(free_));
      }
      has_free_.notify_one();
      taken.clear();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_free_;
  std::condition_variable has_filled_;
  std::vector<Block> free_;
  std::vector<Block> filled_;
  bool ended_ = false;
};

/// Copies the payloads of chunks that all have the same size. The place of a chunk's header is counted and
/// not read, so that nothing here depends on what is in the bytes.
class ChunkCopier {
 public:
  ChunkCopier(std::size_t chunk_size, Exchange& exchange)
      : chunk_size_(chunk_size), exchange_(exchange), block_(exchange.get()) {}

  void copy(const char* from, std::size_t size) {
    while (size > 0) {
      std::size_t piece = kChunkHeader;
      if (left_ > 0) {
        piece = std::min({left_, size, room()});
        std::memcpy(block_.memory.get() + block_.used, from, piece);
        block_.used += piece;
        left_ -= piece;
      } else {
        left_ = chunk_size_;
      }
      from += piece;
      size -= piece;
    }
  }

  void end() {
    exchange_.hand_over(std::move(block_));
    exchange_.end();
  }

 private:
  std::size_t room() {
    if (block_.used == kBlockSize) {
      exchange_.hand_over(std::move(block_));
      block_ = exchange_.get();
      block_.used = 0;
    }
    return kBlockSize - block_.used;
  }

  const std::size_t chunk_size_;
  Exchange& exchange_;
  Block block_;
  std::size_t left_ = 0;  // of the chunk's payload
};

}  // namespace

void serve_floor(std::size_t chunk_size) {
  const Fd connection = accept_one();
  Exchange exchange;
  std::thread consumer([&] { exchange.consume(); });
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
