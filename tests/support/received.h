// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chunk_reader.h"
#include "memory_stream.h"
#include "message.h"
#include "wire.h"

namespace rtmp::test {

/// A Message as values that compare and print.
struct Received {
  int type;
  std::uint32_t timestamp;
  std::uint32_t stream_id;
  Bytes body;

  friend bool operator==(const Received&, const Received&) = default;
};

inline void PrintTo(const Received& message, std::ostream* out) {
  *out << "{type " << message.type << ", timestamp " << message.timestamp << ", stream " << message.stream_id
       << ", " << message.body.size() << " bytes '" << std::string(message.body.begin(), message.body.end())
       << "'}";
}

inline Received received(const Message& message) {
  return {static_cast<int>(message.type), message.timestamp, message.stream_id, to_bytes(message.body())};
}

/// The other way: a Message to hand in.
inline Message make_message(MessageType type, const Bytes& body, std::uint32_t timestamp = 0,
                            std::uint32_t stream_id = 1) {
  Message message{type, timestamp, stream_id, Block(body.size())};
  std::ranges::copy(body, message.block.body().begin());
  return message;
}

/// Set Chunk Size, as a peer begins with it.
inline Bytes set_chunk_size(std::string_view size) {
  return join({wire("02 000000 000004 01 00000000"), wire(size)});
}

/// The messages that `reader` gives, and how it ends.
struct AllReceived {
  std::vector<Received> messages;
  Error end;
};

inline AllReceived read_all(ChunkReader& reader) {
  std::vector<Received> messages;
  for (;;) {
    auto message = reader.read();
    if (!message) return {std::move(messages), std::move(message).error()};
    messages.push_back(received(*message));
  }
}

inline AllReceived read_all(ByteStream& peer) {
  ReadBuffer in(peer);
  ChunkReader reader(in);
  return read_all(reader);
}

}  // namespace rtmp::test
