// SPDX-License-Identifier: LGPL-2.1-or-later
#include "script.h"

#include <algorithm>

#include "amf0_writer.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kHandshakePacket = 1536;
constexpr std::uint32_t kExtended = 0xFFFFFF;

// FFmpeg's choice of chunk streams, but for publish.
std::uint32_t chunk_stream_for(MessageType type) {
  switch (type) {
    case MessageType::kAudio:
    case MessageType::kData:
      return 4;
    case MessageType::kVideo:
      return 6;
    case MessageType::kCommand:
    case MessageType::kCommandAmf3:
      return 3;
    default:
      return 2;
  }
}

// fmt.csid: 2..63, or 0 and a byte, or 1 and two bytes, the low one first.
void write_basic_header(ByteWriter& out, int format, std::uint32_t chunk_stream) {
  const auto with_format = [&](std::uint32_t low_bits) {
    out.u8(static_cast<std::uint8_t>(static_cast<std::uint32_t>(format) << 6 | low_bits));
  };
  if (chunk_stream < 64) {
    with_format(chunk_stream);
  } else if (chunk_stream < 64 + 256) {
    with_format(0);
    out.u8(static_cast<std::uint8_t>(chunk_stream - 64));
  } else {
    with_format(1);
    out.u8(static_cast<std::uint8_t>(chunk_stream - 64));
    out.u8(static_cast<std::uint8_t>((chunk_stream - 64) >> 8));
  }
}

}  // namespace

AmfValue amf_object(std::initializer_list<std::pair<std::string, Amf>> properties) {
  return AmfValue::object({properties.begin(), properties.end()});
}

Bytes command_body(std::string_view name, double transaction, std::initializer_list<Amf> arguments) {
  AmfWriter amf;
  amf.string(name).number(transaction);
  for (const Amf& argument : arguments) amf.write(argument);
  return amf.take();
}

Script& Script::handshake() {
  bytes_.push_back(3);
  for (std::size_t i = 0; i < kHandshakePacket; ++i) {
    const bool version = i >= 4 && i < 8;  // 0: no digest
    bytes_.push_back(version ? 0 : static_cast<std::uint8_t>(i * 7 + i / 256));
  }
  return raw(Bytes(kHandshakePacket, 0x5A));
}

Script& Script::command(std::string_view name, double transaction, std::initializer_list<Amf> arguments,
                        std::uint32_t stream) {
  return message(MessageType::kCommand, command_body(name, transaction, arguments), stream);
}

Script& Script::connect(std::string_view application) {
  return command("connect", 1,
                 {amf_object({{"app", std::string(application)},
                              {"type", "nonprivate"},
                              {"tcUrl", "rtmp://host/" + std::string(application)}})})
      .wait_for("_result 1 object NetConnection.Connect.Success");
}

Script& Script::publish(std::string_view key, std::uint32_t stream) {
  return command("createStream", 4)
      .wait_for("_result 4 null " + std::to_string(stream))
      .command("publish", 5, {nullptr, std::string(key), "live"}, stream)
      .wait_for("onStatus 0 null NetStream.Publish.Start on " + std::to_string(stream));
}

Script& Script::message(MessageType type, const Bytes& body, std::uint32_t stream, std::uint32_t time) {
  ChunkHead head{0, chunk_stream_for(type), time, body.size(), type, stream};
  std::size_t sent = 0;
  do {
    const auto end = std::min(sent + chunk_size_, body.size());
    chunk(head, to_bytes(std::span(body).subspan(sent, end - sent)));
    head.format = 3;
    sent = end;
  } while (sent < body.size());
  return *this;
}

void append_chunk(ByteWriter& out, const ChunkHead& head, std::span<const std::uint8_t> payload) {
  const bool extended = head.time >= kExtended;
  write_basic_header(out, head.format, head.chunk_stream);
  if (head.format <= 2) out.be24(extended ? kExtended : head.time);
  if (head.format <= 1) out.be24(static_cast<std::uint32_t>(head.length));
  if (head.format <= 1) out.u8(static_cast<std::uint8_t>(head.type));
  if (head.format == 0) out.le32(head.stream);
  if (extended) out.be32(head.time);
  out.append(payload);
}

Script& Script::chunk(const ChunkHead& head, const Bytes& payload) {
  ByteWriter out;
  append_chunk(out, head, payload);
  return raw(out.take());
}

Script& Script::chunk_size(std::uint32_t bytes) {
  ByteWriter body;
  body.be32(bytes);
  message(MessageType::kSetChunkSize, body.take());
  chunk_size_ = bytes;
  return *this;
}

Script& Script::raw(const Bytes& bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

Script& Script::wait_for(std::string reply) {
  waits_.push_back({bytes_.size(), std::move(reply)});
  return *this;
}

}  // namespace rtmp::test
