// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amf0_value.h"
#include "byte_writer.h"
#include "message.h"
#include "wire.h"

namespace rtmp::test {

/// An AMF0 value in a test's notation: nullptr, 5, true, "live".
struct Amf : AmfValue {
  Amf(AmfValue v) : AmfValue(std::move(v)) {}
  Amf(std::nullptr_t) : AmfValue(null()) {}
  Amf(double v) : AmfValue(number(v)) {}
  Amf(int v) : AmfValue(number(v)) {}
  Amf(bool v) : AmfValue(boolean(v)) {}
  Amf(const char* v) : AmfValue(string(v)) {}
  Amf(std::string v) : AmfValue(string(std::move(v))) {}
};

/// amf_object({{"app", "live"}, {"capsEx", 15}})
AmfValue amf_object(std::initializer_list<std::pair<std::string, Amf>> properties);

/// The body of a command message.
Bytes command_body(std::string_view name, double transaction, std::initializer_list<Amf> arguments);

/// The headers of one chunk. Only the fields that its format has count.
struct ChunkHead {
  int format = 0;
  std::uint32_t chunk_stream = 3;  // written in the shortest form
  std::uint32_t time = 0;          // absolute in format 0, else a delta; extended where it must be
  std::size_t length = 0;
  MessageType type{};
  std::uint32_t stream = 0;
};

/// Appends one chunk. An extended timestamp is on type 3 too, as the specification has it.
void append_chunk(ByteWriter& out, const ChunkHead& head, std::span<const std::uint8_t> payload);

/// What a client sends on one connection, and where it waits for the server. Its chunks are made here and not
/// by src/chunk, so that the two check each other.
class Script {
 public:
  /// C0, a C1 in the simple form, and a C2 that is no echo.
  Script& handshake();
  Script& command(std::string_view name, double transaction, std::initializer_list<Amf> arguments = {nullptr},
                  std::uint32_t stream = 0);
  /// A connect with number 1 to this application, and a wait until it is answered.
  Script& connect(std::string_view application = "live");
  /// createStream with number 4 and publish, as most clients do it; waits for both.
  Script& publish(std::string_view key = "key", std::uint32_t stream = 1);

  /// Any message: a type 0 header, then type 3 as often as its chunk size demands.
  Script& message(MessageType type, const Bytes& body, std::uint32_t stream = 0, std::uint32_t time = 0);
  Script& video(std::uint32_t time, const Bytes& body) { return message(MessageType::kVideo, body, 1, time); }
  Script& audio(std::uint32_t time, const Bytes& body) { return message(MessageType::kAudio, body, 1, time); }
  Script& data(std::uint32_t time, const Bytes& body) { return message(MessageType::kData, body, 1, time); }

  /// One chunk, whatever its header says of its message.
  Script& chunk(const ChunkHead& head, const Bytes& payload);
  /// Announces a chunk size, and keeps to it.
  Script& chunk_size(std::uint32_t bytes);
  Script& raw(const Bytes& bytes);

  /// What follows is sent only after the server has sent this (see describe() of a Reply).
  Script& wait_for(std::string reply);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  struct Wait {
    std::size_t offset;  // bytes that are sent before it
    std::string reply;
  };
  [[nodiscard]] const std::vector<Wait>& waits() const { return waits_; }

 private:
  Bytes bytes_;
  std::vector<Wait> waits_;
  std::size_t chunk_size_ = 128;
};

}  // namespace rtmp::test
