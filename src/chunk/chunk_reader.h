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
/// Set Chunk Size and Abort are messages of the chunk layer itself. They are obeyed here and not returned.
class ChunkReader {
 public:
  /// Called with the bytes that the reader holds: what was received of open messages, and the message that
  /// was returned last, until the next read(). It is called in steps of some 100 KiB. The number is rounded
  /// up, except that it is 0 within the first step. A long block is mapped, so it takes no more memory than
  /// that.
  using HoldsHandler = std::function<void(std::size_t)>;

  /// `steps`, if there is one, counts the signs that the publisher is alive: each media message, and each
  /// limits::kLifeBytes of a longer one.
  explicit ChunkReader(
      ReadBuffer& in, Counter* steps = nullptr, HoldsHandler holds = [](std::size_t) {})
      : in_(in), steps_(steps), holds_(std::move(holds)) {}

  /// Blocks until the next message is complete. Messages come in the order in which they were completed. An
  /// error is kBadChunk, kBadMessage or kLimitExceeded for bytes that the peer sent, else that of the stream.
  /// The reader cannot be used after an error. Messages that are not complete at the end are dropped.
  Result<Message> read();

  /// Sets how long audio, video, data, aggregate and unknown messages may be from now on, in bytes.
  void set_max_message(std::uint32_t bytes) { max_message_ = bytes; }

  /// Returns the chunk size that the peer has announced, in bytes.
  [[nodiscard]] std::uint32_t chunk_size() const { return chunk_size_; }

 private:
  static constexpr std::uint32_t kFirstChunkSize = 128;  // until the peer announces another one

  struct ChunkStream {
    std::uint32_t id = 0;
    std::uint32_t timestamp = 0;  // of the open message, or of the last one
    std::uint32_t field = 0;      // the last absolute timestamp or delta, which type 3 repeats
    bool extended = false;        // it was in an extended timestamp, however small it is
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint32_t stream_id = 0;
    std::uint32_t received = 0;  // more than 0 if a message is open
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
  std::size_t open_bytes_ = 0;  // the announced lengths of the open messages
  HoldsHandler holds_;
  std::size_t held_ = 0;             // bytes of open messages and of the last one
  std::size_t last_ = 0;             // bytes of the last one
  std::size_t untold_ = kHeldSteps;  // HoldsHandler is called when held_ is beyond this
  ExtendedTimestampResolver extended_;
  std::vector<std::unique_ptr<ChunkStream>> streams_;  // most publishers use three; the last used is first
  ChunkStream* last_used_ = nullptr;
};

}  // namespace rtmp
