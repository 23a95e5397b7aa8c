// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/tag.h"

#include "endian.h"

namespace rtmp {

// tt  ll ll ll  ss ss ss SS  00 00 00  body  pp pp pp pp
//
// ss is the low part of the timestamp, and SS its high byte. The stream id is always 0. pp is the size of
// header and body, for readers that go backwards.
Tag::Tag(const MediaHeader& header, std::uint32_t timestamp, Block&& block, std::size_t strip)
    : block_(std::move(block)), offset_(strip), header_(header) {
  const auto body_size = static_cast<std::uint32_t>(block_.body().size() - strip);
  std::uint8_t* p = block_.base() + offset_;
  p[0] = static_cast<std::uint8_t>(header.media);
  store_be24(p + 1, body_size);
  set_timestamp(timestamp);
  store_be24(p + 8, 0);
  store_be32(p + Block::kHead + body_size, static_cast<std::uint32_t>(Block::kHead) + body_size);
}

Tag Tag::script(TagKind kind, std::uint32_t timestamp, Block block, std::size_t strip) {
  return {MediaHeader{.media = TagType::kScript, .kind = kind}, timestamp, std::move(block), strip};
}

void Tag::set_timestamp(std::uint32_t timestamp) {
  timestamp_ = timestamp;
  std::uint8_t* p = block_.base() + offset_;
  store_be24(p + 4, timestamp & 0xFFFFFF);
  p[7] = static_cast<std::uint8_t>(timestamp >> 24);
}

}  // namespace rtmp
