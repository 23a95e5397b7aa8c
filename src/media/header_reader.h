// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "rtmp/media_header.h"

namespace rtmp {

/// Reads the headers of one publisher's bodies, as read_media_header() does, and mostly without reading: most
/// frames begin with the same two bytes as the one before, and these two make a classic header. What is read
/// was just copied. A copy of the last header does not wait for it, and comes as the processor has it: in one
/// piece.
class HeaderReader {
 public:
  const MediaHeader& read(TagType media, std::span<const std::uint8_t> body) {
    Last& last = last_[media == TagType::kAudio ? 0 : 1];
    if (body.size() < kLongest) return last_odd_ = read_media_header(media, body);
    if (!last.there || last.first != body[0] || last.second != body[1]) {
      last.header = read_media_header(media, body);
      last.first = body[0];
      last.second = body[1];
      last.there = !last.header.extended;
    }
    return last.header;
  }

 private:
  static constexpr std::size_t kLongest = 5;  // a classic header; a shorter body may cut it

  struct Last {
    MediaHeader header{};
    std::uint8_t first = 0;
    std::uint8_t second = 0;
    bool there = false;
  };
  std::array<Last, 2> last_{};
  MediaHeader last_odd_{};
};

}  // namespace rtmp
