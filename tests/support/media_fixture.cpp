// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media_fixture.h"

#include "amf0_writer.h"

namespace rtmp::test {
namespace {

std::string big_endian(std::uint32_t v, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(v >> shift);
  return out;
}

std::string filler(std::size_t size, std::size_t seed) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + seed * 7 + (i >> 8));
  return out;
}

}  // namespace

std::string Sent::tag() const {
  const auto length = static_cast<std::uint32_t>(body.size());
  return big_endian(static_cast<std::uint32_t>(type), 1) + big_endian(length, 3) +
         big_endian(timestamp & 0xFFFFFF, 3) + big_endian(timestamp >> 24, 1) + big_endian(0, 3) + body +
         big_endian(11 + length, 4);
}

std::string flv_file_header() { return {"FLV\x01\x05\0\0\0\x09\0\0\0\0", 13}; }

std::string flv_file(const std::vector<Sent>& sent) {
  std::string file = flv_file_header();
  for (const Sent& message : sent) file += message.tag();
  return file;
}

std::vector<Sent> made_up_stream(std::size_t frames, std::size_t frame_size, std::uint32_t first_timestamp) {
  using namespace std::string_literals;
  std::vector<Sent> sent{
      {MessageType::kData, 0, "\x02\x00\x0AonMetaData\x08\0\0\0\0\0\0\x09"s},
      {MessageType::kVideo, 0, "\x17\0\0\0\0\x01\x64\0\x1F"s},
      {MessageType::kAudio, 0, "\xAF\0\x12\x10"s},
  };
  for (std::size_t i = 0; i < frames; ++i) {
    const auto timestamp = first_timestamp + static_cast<std::uint32_t>(i * 100 / 3);
    const std::string head = i % 30 == 0 ? "\x17\x01\0\0\0"s : "\x27\x01\0\0\0"s;
    sent.push_back({MessageType::kVideo, timestamp, head + filler(frame_size, i)});
    sent.push_back({MessageType::kAudio, timestamp, "\xAF\x01"s + filler(200, i + 1000)});
  }
  return sent;
}

Sent metadata(std::vector<AmfValue::Property> properties) {
  AmfWriter amf;
  amf.string("onMetaData").write(AmfValue::object(std::move(properties)));
  const auto bytes = amf.bytes();
  return {MessageType::kData, 0, std::string(bytes.begin(), bytes.end())};
}

Result<void> send_all(TcpPublisher& publisher, const std::vector<Sent>& sent) {
  for (const Sent& message : sent) {
    const std::span body(reinterpret_cast<const std::uint8_t*>(message.body.data()), message.body.size());
    if (auto r = publisher.send_media(message.type, message.timestamp, body); !r) return r;
  }
  return {};
}

}  // namespace rtmp::test
