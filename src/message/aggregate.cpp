// SPDX-License-Identifier: LGPL-2.1-or-later
#include "aggregate.h"

#include <algorithm>
#include <optional>

#include "endian.h"

namespace rtmp {
namespace {

// tt  ll ll ll  ss ss ss SS  ii ii ii  body  pp pp pp pp     ss is the low part of the timestamp, SS the high
constexpr std::size_t kHeader = 11;
constexpr std::size_t kBackPointer = 4;

bool may_be_inside(MessageType type) {
  return type == MessageType::kAudio || type == MessageType::kVideo || type == MessageType::kData;
}

}  // namespace

std::vector<Message> split_aggregate(const Message& aggregate) {
  std::vector<Message> messages;
  std::optional<std::uint32_t> first;
  auto rest = aggregate.body();
  while (rest.size() >= kHeader) {
    const auto type = static_cast<MessageType>(rest[0]);
    const std::uint32_t length = load_be24(&rest[1]);
    const std::uint32_t timestamp = load_be24(&rest[4]) | std::uint32_t{rest[7]} << 24;
    rest = rest.subspan(kHeader);
    if (length > rest.size()) break;
    if (!first) first = timestamp;
    if (may_be_inside(type)) {
      Block block(length);
      std::ranges::copy(rest.first(length), block.body().begin());
      messages.push_back(
          {type, aggregate.timestamp + (timestamp - *first), aggregate.stream_id, std::move(block)});
    }
    // The last back pointer may be missing.
    rest = rest.subspan(std::min(rest.size(), length + kBackPointer));
  }
  return messages;
}

}  // namespace rtmp
