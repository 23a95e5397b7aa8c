// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <cstddef>
#include <memory>
#include <vector>

// What both floors do with what they receive (see serve.h): they copy the payloads of chunks into blocks, and
// a second thread takes these.

namespace rtmp::bench {

struct FloorBlock {
  static constexpr std::size_t kSize = 256 << 10;

  std::unique_ptr<char[]> memory{new char[kSize]};
  std::size_t used = 0;
  std::vector<std::size_t> ends{};  // where the messages in it end, if they are told apart
};

/// Blocks that go to a second thread and come back, eight of them at most. The block that came back last is
/// used next: it may still be in a cache. With GLib's mutex and condition, a hand-over costs a system call
/// for each thread; with those of the standard library, the second thread would make one more.
class Exchange {
 public:
  static constexpr std::size_t kBlocks = 8;

  Exchange() = default;
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Blocks until one is free. After the end, it may be a new one.
  FloorBlock get();
  void hand_over(FloorBlock block);
  /// Nothing more is handed over.
  void end();
  /// The second thread gives back the blocks in `taken`, which is then what was handed over. Blocks until
  /// something was. Returns false at the end.
  bool take(std::vector<FloorBlock>& taken);

 private:
  GMutex mutex_{};  // guards what follows; zeros are one that is not locked
  GCond has_free_{};
  GCond has_filled_{};
  std::vector<FloorBlock> free_;
  std::vector<FloorBlock> filled_;
  std::size_t made_ = 0;
  bool getting_ = false;  // the first thread waits
  bool taking_ = false;   // the second thread waits
  bool ended_ = false;
};

/// What the second thread does if it looks at nothing: it takes what is there, until the end.
inline void consume(Exchange& exchange) {
  std::vector<FloorBlock> taken;
  while (exchange.take(taken)) {
  }
}

/// Copies the payloads of chunks that all have the same size. The place of a chunk's header is counted and
/// not read, so that nothing here depends on what is in the bytes.
class ChunkCopier {
 public:
  ChunkCopier(std::size_t chunk_size, Exchange& exchange) : chunk_size_(chunk_size), exchange_(exchange) {}

  /// Hands over the blocks that are full.
  void copy(const char* from, std::size_t size);
  /// Hands over what is in the last block, too.
  void hand_over();
  void end();

 private:
  static constexpr std::size_t kChunkHeader = 1;  // that of all chunks but a message's first

  std::size_t room();

  const std::size_t chunk_size_;
  Exchange& exchange_;
  FloorBlock block_{nullptr};  // has no memory until it is needed
  std::size_t left_ = 0;       // of the chunk's payload
};

}  // namespace rtmp::bench
