// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "chunk_header.h"
#include "extended_timestamp.h"
#include "message.h"
#include "read_buffer.h"
#include "rtmp/counters.h"
#include "rtmp/limits.h"

namespace rtmp {

/// Reassembles messages from the chunks of one direction of a connection (RTMP 1.0, section 5.3).
///
/// Set Chunk Size and Abort are the chunk layer's own messages: they are obeyed here and not returned.
class ChunkReader {
 public:
  /// What is told of what is held: bytes received of open messages, and of the message that was returned
  /// last, until the next read(). A block that is long is mapped, and takes no more. In steps of some 100
  /// KiB, always rounded up but for the first step, which is told as 0.
  using HoldsHandler = std::function<void(std::size_t)>;

  /// Counts signs of a publisher's life in `steps`, if there is one: media messages, and each
  /// limits::kLifeBytes of one.
  explicit ChunkReader(
      ReadBuffer& in, Counter* steps = nullptr, HoldsHandler holds = [](std::size_t) {})
      : in_(in), steps_(steps), holds_(std::move(holds)) {}

  /// Blocks until the next message is complete. Messages come in the order in which they complete. After an
  /// error the reader cannot go on: kBadChunk, kBadMessage or kLimitExceeded for what the peer sent, else
  /// what the stream failed with. The incomplete messages of an ended stream are dropped.
  Result<Message> read();

  /// The longest audio, video, data, aggregate or unknown message that is taken from now on, in bytes.
  void set_max_message(std::uint32_t bytes) { max_message_ = bytes; }

  /// The chunk size that the peer has announced, in bytes.
  [[nodiscard]] std::uint32_t chunk_size() const { return chunk_size_; }

 private:
  static constexpr std::uint32_t kFirstChunkSize = 128;  // until the peer announces another one

  struct ChunkStream {
    std::uint32_t id = 0;
    std::uint32_t timestamp = 0;  // of the message that is open, or was last
    std::uint32_t field = 0;      // last absolute timestamp or delta, which type 3 repeats
    bool extended = false;        // whether it stood in an extended timestamp, however small it is
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint32_t stream_id = 0;
    std::uint32_t received = 0;  // more than 0: a message is open
    Block block;

    [[nodiscard]] bool open() const { return received > 0; }
  };

  Result<ChunkStream*> read_header();
  Result<void> read_message_header(const BasicHeader& basic, ChunkStream& stream);
  Result<void> begin_type3(ChunkStream& stream, std::uint8_t first_byte);
  Result<void> begin_message(ChunkStream& stream);
  Result<void> read_payload(ChunkStream& stream);
  void take_plain_chunks(ChunkStream& stream);
  void count(ChunkStream& stream, std::size_t arrived);
  Result<void> obey_set_chunk_size(const Message& message);
  void obey_abort(const Message& message);
  void forget_last();
  void tell_held();
  [[nodiscard]] ChunkStream* find(std::uint32_t id);
  [[nodiscard]] std::uint32_t next_payload(const ChunkStream& stream) const;
  [[nodiscard]] std::uint32_t max_length(std::uint8_t type) const;

  static constexpr std::size_t kHeldSteps = 256 << 10;

  ReadBuffer& in_;
  BlockDemand demand_;
  Counter* const steps_;
  std::uint32_t chunk_size_ = kFirstChunkSize;
  std::uint32_t max_message_ = limits::kMaxCommandMessage;
  std::size_t open_bytes_ = 0;  // declared lengths of the open messages
  HoldsHandler holds_;
  std::size_t held_ = 0;             // of open messages and of the last one
  std::size_t last_ = 0;             // of the last one alone
  std::size_t untold_ = kHeldSteps;  // up to so many, there is nothing to be told
  ExtendedTimestampResolver extended_;
  std::vector<std::unique_ptr<ChunkStream>> streams_;  // most have three; the last used is found first
  ChunkStream* last_used_ = nullptr;
};

}  // namespace rtmp
