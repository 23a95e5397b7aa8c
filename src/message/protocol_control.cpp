// SPDX-License-Identifier: LGPL-2.1-or-later
#include "protocol_control.h"

#include "byte_writer.h"
#include "endian.h"

namespace rtmp {

std::vector<std::uint8_t> encode_number(std::uint32_t v) {
  ByteWriter out;
  out.be32(v);
  return out.take();
}

std::vector<std::uint8_t> encode_set_peer_bandwidth(std::uint32_t window, BandwidthLimit limit) {
  ByteWriter out;
  out.be32(window);
  out.u8(static_cast<std::uint8_t>(limit));
  return out.take();
}

std::vector<std::uint8_t> encode_user_control(UserControlEvent event, std::uint32_t v) {
  ByteWriter out;
  out.be16(static_cast<std::uint16_t>(event));
  out.be32(v);
  return out.take();
}

std::optional<std::uint32_t> decode_number(std::span<const std::uint8_t> body) {
  if (body.size() < 4) return std::nullopt;
  return load_be32(body.data());
}

std::optional<std::uint32_t> decode_ping_request(std::span<const std::uint8_t> body) {
  if (body.size() < 6 || load_be16(body.data()) != static_cast<std::uint16_t>(UserControlEvent::kPingRequest))
    return std::nullopt;
  return load_be32(body.data() + 2);
}

}  // namespace rtmp
