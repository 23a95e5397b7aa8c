// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "rtmp/block.h"

namespace rtmp {

/// Message type ids (RTMP 1.0, sections 5.4 and 7.1). A message of another type keeps its number.
enum class MessageType : std::uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAckSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kCommandAmf3 = 17,
  kData = 18,
  kCommand = 20,
  kAggregate = 22,
};

/// One message, reassembled from its chunks.
struct Message {
  MessageType type{};
  std::uint32_t timestamp = 0;  // in ms, absolute, modulo 2^32
  std::uint32_t stream_id = 0;  // message stream
  Block block;

  [[nodiscard]] std::span<const std::uint8_t> body() const { return block.body(); }
};

}  // namespace rtmp
