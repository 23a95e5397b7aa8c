// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata_news.h"

#include <algorithm>
#include <utility>

#include "rtmp/limits.h"

namespace rtmp {

void MetadataNews::reset() {
  told_.reset();
  waiting_.reset();
  due_ = {};
}

void MetadataNews::came(const Tag& tag, Clock::time_point now) {
  const auto body = tag.body().size() > limits::kMaxMetadata ? std::span<const std::uint8_t>() : tag.body();
  if (told_ && std::ranges::equal(*told_, body)) {
    waiting_.reset();
    return;
  }
  waiting_.emplace(body.begin(), body.end());
  tell_if_due(now);
}

void MetadataNews::tell(Clock::time_point now) {
  due_ = now + kInterval;
  if (!tell_(read_metadata(*waiting_))) return;
  told_ = std::exchange(waiting_, std::nullopt);
}

}  // namespace rtmp
