// SPDX-License-Identifier: LGPL-2.1-or-later
#include "acking_stream.h"

#include <algorithm>
#include <string>

#include "chunk_writer.h"
#include "protocol_control.h"

namespace rtmp {

Result<std::size_t> AckingStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) {
  if (received_ == most_) {
    return Error{ErrorCode::kLimitExceeded,
                 std::to_string(received_) + " bytes received, and nothing published"};
  }
  std::uint64_t room = most_ - received_;
  if (started_) {
    if (received_ - acknowledged_ >= window_ / 2) {
      if (auto sent = acknowledge(); !sent) return std::move(sent).error();
    }
    room = std::min(room, window_ - (received_ - acknowledged_));
  }
  first = first.first(std::min<std::uint64_t>(first.size(), room));
  second = second.first(std::min<std::uint64_t>(second.size(), room - first.size()));
  auto got = inner_.read(first, second);
  if (got) received_ += *got;
  return got;
}

Result<void> AckingStream::acknowledge() {
  acknowledged_ = received_;
  // A counter of 32 bits, which wraps: Flash Media Live Encoder stalls near 4 GB on one that stops.
  const auto body = encode_number(static_cast<std::uint32_t>(received_));
  ByteWriter out;
  ChunkWriter().write({.chunk_stream = 2, .type = MessageType::kAcknowledgement, .body = body}, out);
  return inner_.write(out.bytes());
}

void AckingStream::set_window(std::uint32_t bytes) {
  if (bytes != 0) window_ = std::clamp(bytes, limits::kMinAckWindow, limits::kMaxAckWindow);
}

}  // namespace rtmp
