// SPDX-License-Identifier: LGPL-2.1-or-later
// Input: how it is split, then chunks.
#include <algorithm>

#include "chunk_reader.h"
#include "chunk_writer.h"
#include "input.h"
#include "received.h"
#include "require.h"

namespace rtmp::fuzz {
namespace {

constexpr std::uint32_t kMost = 1000;  // so that inputs have longer ones
constexpr std::uint32_t kExtendedFrom = 0xFFFFFF;

test::AllReceived read(test::MemoryStream peer) {
  ReadBuffer in(peer);
  ChunkReader reader(in);
  reader.set_max_message(kMost);
  auto all = test::read_all(reader);
  const bool bad = all.end.code == ErrorCode::kBadChunk || all.end.code == ErrorCode::kBadMessage ||
                   all.end.code == ErrorCode::kLimitExceeded;
  require(bad || all.end.code == ErrorCode::kEndOfStream, "it ends with the peer, or for what the peer sent");
  require(reader.chunk_size() >= 1 && reader.chunk_size() <= limits::kMaxChunkSize,
          "chunk sizes have limits");

  std::size_t bytes = 0;
  for (const auto& message : all.messages) {
    require(message.type != 1 && message.type != 2, "Set Chunk Size and Abort are not returned");
    const bool command = message.type == 17 || message.type == 20;
    const std::size_t most = message.type <= 6 ? limits::kMaxControlMessage
                             : command         ? limits::kMaxCommandMessage
                                               : kMost;
    require(message.body.size() <= most, "no message is longer than its limit");
    bytes += message.body.size();
  }
  require(bytes <= peer.delivered(), "bodies are made of what was sent");
  return all;
}

// What ChunkWriter makes of the messages reads as the same.
void check_rewritten(const std::vector<test::Received>& messages) {
  ChunkWriter writer;
  ByteWriter out;
  std::vector<test::Received> written;
  for (const auto& message : messages) {
    if (message.timestamp >= kExtendedFrom) continue;
    writer.write(
        {3, static_cast<MessageType>(message.type), message.stream_id, message.timestamp, message.body}, out);
    written.push_back(message);
  }
  require(read(test::MemoryStream(out.take())).messages == written, "written messages read as they were");
}

}  // namespace
}  // namespace rtmp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rtmp::fuzz;
  const Delivery delivery(data, size);
  const auto at_once = read(delivery.at_once());
  const auto in_pieces = read(delivery.in_pieces());
  check_rewritten(at_once.messages);
  if (!delivery.may_have_extended_timestamps()) {
    require(at_once.messages == in_pieces.messages, "messages do not depend on how they arrive");
    require(at_once.end.code == in_pieces.end.code, "nor does the end");
  }
  return 0;
}
