// SPDX-License-Identifier: LGPL-2.1-or-later
#include "aggregate.h"

#include <algorithm>

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

std::optional<AggregatePart> AggregateReader::next() {
  while (rest_.size() >= kHeader) {
    const auto type = static_cast<MessageType>(rest_[0]);
    const std::uint32_t length = load_be24(&rest_[1]);
    const std::uint32_t timestamp = load_be24(&rest_[4]) | std::uint32_t{rest_[7]} << 24;
    rest_ = rest_.subspan(kHeader);
    if (length > rest_.size()) break;
    if (!first_) first_ = timestamp;
    const auto body = rest_.first(length);
    // The size behind the last tag may be missing.
    rest_ = rest_.subspan(std::min(rest_.size(), length + kBackPointer));
    if (may_be_inside(type)) return AggregatePart{type, begins_ + (timestamp - *first_), body};
  }
  rest_ = {};
  return std::nullopt;
}

}  // namespace rtmp
