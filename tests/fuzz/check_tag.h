// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "endian.h"
#include "require.h"
#include "rtmp/tag.h"

namespace rtmp::fuzz {

/// What is true of every tag that is handed on, whatever was sent.
inline void check_tag(const Tag& tag) {
  const auto bytes = tag.bytes();
  require(bytes.size() >= Block::kHead + Block::kTail, "a tag has a header and a back pointer");
  const std::size_t size = bytes.size() - Block::kHead - Block::kTail;
  require(tag.body().size() == size, "the body is what lies between them");
  require(bytes[0] == 8 || bytes[0] == 9 || bytes[0] == 18, "a tag is audio, video or script data");
  require(load_be24(&bytes[1]) == size, "the header says how long the body is");
  require((load_be24(&bytes[4]) | std::uint32_t{bytes[7]} << 24) == tag.timestamp(), "it says the timestamp");
  require(load_be24(&bytes[8]) == 0, "the stream id is 0");
  require(load_be32(&bytes[Block::kHead + size]) == Block::kHead + size,
          "the back pointer leads to its start");
  if (tag.type() == TagType::kVideo) require(size > 1, "a video tag has more than a first byte");
  if (tag.type() == TagType::kAudio)
    require(size != 1, "an audio tag has more than a first byte, or nothing");
  if (tag.type() == TagType::kScript)
    require(size >= 3 && tag.body()[0] == 2, "script data begins with a name");
}

}  // namespace rtmp::fuzz
