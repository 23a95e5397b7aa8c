// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "floor.h"
#include "rtmp_load.h"

namespace rtmp::bench {

/// Copies the bodies of the messages of a load's pattern into blocks, of which each has whole messages
/// (FloorBlock::ends). It knows how long each message is, so nothing here depends on what is in the bytes.
class MessageCopier {
 public:
  /// For a publisher that does not wait for answers, with make_load(chunk_size).
  MessageCopier(std::size_t chunk_size, Exchange& exchange);

  /// Copies what was received next.
  void copy(const char* from, std::size_t size);
  /// Hands over the whole messages that are left.
  void end();

 private:
  struct Size {
    std::size_t header;  // of its first chunk
    std::size_t body;
  };

  void begin_message();
  void begin_chunk(std::size_t header);

  const std::size_t chunk_size_;
  Exchange& exchange_;
  FloorBlock block_;
  std::vector<Size> sizes_;
  std::size_t next_ = 0;  // of these
  std::size_t skip_ = 0;  // how much comes that is not copied
  std::size_t chunk_left_ = 0;
  std::size_t body_left_ = 0;  // behind this chunk
};

}  // namespace rtmp::bench
