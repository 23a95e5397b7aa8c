// SPDX-License-Identifier: LGPL-2.1-or-later
#include "acking_stream.h"

#include <algorithm>
#include <string>

#include "chunk_writer.h"
#include "protocol_control.h"

namespace rtmp {
namespace {

// Returns the first `most` bytes, or all if there are fewer.
std::span<std::uint8_t> cut(std::span<std::uint8_t> bytes, std::uint64_t most) {
  return bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), most)));
}

}  // namespace

// Calls `read` with the number of bytes that may be read now.
template <class Read>
Result<std::size_t> AckingStream::read_at_most(Read read) {
  if (received() == most_) {
    return Error{ErrorCode::kLimitExceeded,
                 std::to_string(received()) + " bytes received, and nothing published"};
  }
  std::uint64_t room = most_ - received();
  if (is_due()) {
    if (auto sent = acknowledge(); !sent) return std::move(sent).error();
  }
  if (started_ && window_) room = std::min(room, *window_ - unacknowledged());
  auto got = read(room);
  if (got) counters_.in_bytes_total.add(*got);
  return got;
}

Result<std::size_t> AckingStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) {
  return read_at_most([&](std::uint64_t most) {
    first = cut(first, most);
    return inner_.read(first, cut(second, most - first.size()));
  });
}

Result<std::size_t> AckingStream::read_when_there(const Room& room) {
  return read_at_most(
      [&](std::uint64_t most) { return inner_.read_when_there([&] { return cut(room(), most); }); });
}

bool AckingStream::is_due() {
  if (!started_) return false;
  if (window_) return unacknowledged() >= *window_ / 2;
  return unacknowledged() >= limits::kDefaultAckWindow / 2 &&
         unacknowledged() <= 2 * limits::kDefaultAckWindow && !inner_.becomes_readable(limits::kAckSilence);
}

Result<void> AckingStream::acknowledge() {
  counters_.in_bytes_acked.set(received());
  // The counter has 32 bits and wraps. Flash Media Live Encoder stalls near 4 GB if it stops instead.
  const auto body = encode_number(static_cast<std::uint32_t>(received()));
  ByteWriter out;
  ChunkWriter().write({.chunk_stream = 2, .type = MessageType::kAcknowledgement, .body = body}, out);
  auto written = write(out.bytes());
  // A peer that is gone may have left much to read. The reads tell how the connection ends.
  if (!written && written.error().code == ErrorCode::kReset) return {};
  return written;
}

Result<void> AckingStream::write(std::span<const std::uint8_t> bytes) {
  auto written = inner_.write(bytes);
  if (written) counters_.out_bytes_total.add(bytes.size());
  return written;
}

// The peer cannot acknowledge more than was written. So this is the largest such number with these lower 32
// bits.
void AckingStream::acknowledged(std::uint32_t bytes) {
  const std::uint64_t written = counters_.out_bytes_total.get();
  const std::uint32_t behind = static_cast<std::uint32_t>(written) - bytes;
  if (behind <= written) counters_.out_bytes_acked.set(written - behind);
}

void AckingStream::set_window(std::uint32_t bytes) {
  if (bytes == 0) return;
  window_ = std::clamp(bytes, limits::kMinAckWindow, limits::kMaxAckWindow);
  counters_.in_window_ack_size.set(*window_);
}

}  // namespace rtmp
